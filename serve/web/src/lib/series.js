// How the lines of a chart look: they differ in colour, in dashes and in the mark of a value.

const DASHES = ['', '6 3', '2 3', '8 3 2 3']

/** Marks of a value, as paths around (0, 0). */
const MARKS = ['M-3,0a3,3 0 1,0 6,0a3,3 0 1,0 -6,0', 'M-2.8,-2.8h5.6v5.6h-5.6z', 'M0,-3.8L3.5,2.6H-3.5z', 'M0,-4L4,0L0,4L-4,0z', 'M0,3.8L3.5,-2.6H-3.5z']

/** Colours of the lines, of those of classes; the first is grey, which stays for last. */
const COLOURS = [2, 1, 4, 3, 5, 6, 7, 0]

/** The look of the line at an index among the names of all lines. */
export const look = (names, name) => {
  const i = Math.max(0, names.indexOf(name))
  return { colour: COLOURS[i % COLOURS.length], dash: DASHES[Math.floor(i / 2) % DASHES.length], mark: MARKS[i % MARKS.length] }
}

/** Writes a value of an axis in as few digits as tell it from its neighbours. */
export const short = (x) => (Math.abs(x) >= 100 ? x.toFixed(0) : String(+x.toPrecision(3)))
