// Colours as people see them, with and without a deficiency of colour vision.
const parse = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
const linear = (hex) => parse(hex).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
const times = (matrix, v) => matrix.map((row) => row.reduce((sum, a, k) => sum + a * v[k], 0))
const clip = (v) => v.map((c) => Math.min(1, Math.max(0, c)))

const luminance = (hex) => times([[0.2126, 0.7152, 0.0722]], linear(hex))[0]

/** The contrast of two colours, as WCAG defines it: 1 to 21. */
export function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

/** Vision without a deficiency, and without one of the three kinds of cones (Machado, Oliveira and Fernandes 2009, severity 1). */
export const VISION = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}

/** Coordinates in Oklab (Ottosson 2020) times 100, where a distance of 2 is just visible. */
function oklab(hex, vision) {
  const cones = times([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]], clip(times(VISION[vision], linear(hex)))).map(Math.cbrt)
  return times([[0.2104542553, 0.793617785, -0.0040720468], [1.9779984951, -2.428592205, 0.4505937099], [0.0259040371, 0.7827717662, -0.808675766]], cones).map((c) => 100 * c)
}

/** The distance of the two colours of a list that are nearest to each other. */
export function nearest(colours, vision) {
  const places = colours.map((c) => oklab(c, vision))
  let least = Infinity
  places.forEach((a, i) => places.slice(i + 1).forEach((b) => (least = Math.min(least, Math.hypot(...a.map((v, k) => v - b[k]))))))
  return least
}
