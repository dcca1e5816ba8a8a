// Keys that work wherever the focus is, except in fields.
import { LETTERS } from './cells.js'

const FIELDS = ['INPUT', 'SELECT', 'TEXTAREA']

/** Does what a key says. Single letters can be turned off (enabled). */
export function shortcuts(session, event, enabled, help) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
  if (!enabled || !session.data || FIELDS.includes(event.target.tagName) || document.querySelector('dialog[open]')) return
  const m = LETTERS.indexOf(event.key.toUpperCase())
  if (m >= 0) session.toggle(m, session.selected)
  else if (event.key === 'n') session.nextLeastCertain()
  else if (event.key === 'u') session.undo()
  else if (event.key === 'p') session.recording.toggle(session.selected)
  else if (event.key === '?') help()
  else if (event.key === 'ArrowRight') session.select(session.selected + 1)
  else if (event.key === 'ArrowLeft') session.select(session.selected - 1)
  else return
  event.preventDefault()
}

/** The keys, for the help. */
export const LIST = [
  ['← →', 'select the utterance before or after'],
  ['t a v', 'switch text, audio or visual of the selected utterance'],
  ['n', 'select the next least certain utterance'],
  ['u', 'undo the last change'],
  ['p', 'play the recording from the selected utterance, or pause it'],
  ['Tab, then arrows', 'move among the cells; Space switches one'],
  ['Shift + arrows', 'mark a range of cells; Enter applies the brush to it'],
  ['Escape', 'forget the range'],
  ['?', 'show this list'],
]
