// Heights of the tracks in pixels. The gutter beside them has the same.
export const CURVE = 190
export const STRIP = 150
export const LANE = 26
export const CELL = 26
export const AXIS = 22
export const GAP = 10

/** The speakers whose lanes are drawn at most; the last lane is that of all others. */
export const SPEAKERS = 8

/** What a speaker is called. */
export const speakerName = (speaker) => (typeof speaker === 'number' ? `Speaker ${speaker}` : speaker)

/** The lane of a speaker. */
export const laneOf = (speakers, speaker) => Math.min(SPEAKERS - 1, speakers.indexOf(speaker))

/** The height of the lanes. */
export const lanes = (speakers) => Math.min(SPEAKERS, speakers.length) * LANE
