// A recording of the conversation and the times of its turns: files that the person opened,
// which stay in the browser, or those that the server was started with.
import { Refusal } from './api.js'
import { clock, isTurns, turnsOf } from './transcript.js'

const MEDIA = /\.(wav|mp3|m4a|aac|ogg|oga|opus|flac|mp4|m4v|webm|ogv|mov|mkv)$/i
const VIDEO = /\.(mp4|m4v|webm|ogv|mov|mkv)$/i

/** What a file is: a recording, its transcript, a table that may be either, or data. */
export function kindOf(file) {
  if (MEDIA.test(file.name) || /^(audio|video)\//.test(file.type)) return 'media'
  if (/\.(vtt|srt|eaf)$/i.test(file.name)) return 'transcript'
  return /\.csv$/i.test(file.name) ? 'table' : 'data'
}

/** Bytes of a transcript at most. */
const MOST = 16 << 20

export class Recording {
  name = $state('') // of the recording
  url = $state('')
  video = $state(false)
  times = $state.raw(null) // {begin, end} in seconds of every utterance
  from = $state('') // name of the file with the times
  served = $state(false) // it comes from the server
  note = $state('') // of the server, why there are no times
  position = $state(0) // seconds
  playing = $state(false)
  failed = $state(false) // the browser cannot play it
  element = null // set by the player
  #frame = 0

  open(file) {
    this.#put(file.name, URL.createObjectURL(file), file.type ? file.type.startsWith('video/') : VIDEO.test(file.name))
  }

  /** Opens the recording that the server has of the conversation. */
  openServed({ name, type, url, times, from, note }) {
    this.close()
    this.#put(name, url, type.startsWith('video/'))
    this.served = true
    this.times = times ?? null
    this.from = from ?? ''
    this.note = note ?? ''
  }

  #put(name, url, video) {
    this.#revoke()
    this.name = name
    this.video = video
    this.position = 0
    this.failed = this.playing = this.served = false
    this.note = ''
    this.url = url
  }

  #revoke() {
    if (this.url.startsWith('blob:')) URL.revokeObjectURL(this.url)
  }

  close() {
    cancelAnimationFrame(this.#frame)
    this.#revoke()
    this.times = null
    this.name = this.url = this.from = this.note = ''
    this.position = 0
    this.playing = this.failed = this.served = false
  }

  async isTranscript(file) {
    return isTurns(await file.slice(0, 4096).text())
  }

  /** Reads the times of the turns of the conversation that is shown. */
  async readTimes(file, shown) {
    if (!shown) throw new Refusal(0, { detail: `${file.name} is a transcript`, hint: 'open the conversation that it belongs to first' })
    if (file.size > MOST) throw new Refusal(0, { detail: `${file.name} is too large for a transcript`, hint: `the limit is ${MOST >> 20} MiB` })
    const times = turnsOf(file.name, await file.text(), shown.name)
    const n = shown.conversation.utterances.length
    if (times.length !== n) {
      throw new Refusal(0, { detail: `${file.name} has ${times.length} turns with times, and the conversation has ${n} utterances`, hint: 'give the transcript of this conversation, with a turn for each utterance' })
    }
    this.times = times
    this.from = file.name
  }

  /** One sentence about what there is and what is missing. */
  get text() {
    if (this.failed) return 'The browser cannot play this recording.'
    if (!this.url) return this.times ? `The times of the turns are those of ${this.from}. Open the recording, an audio or video file.` : ''
    if (!this.times) return `${this.note || 'The times of the turns are not known.'} Open the transcript of this recording: .eaf, .vtt, .srt, or the .csv of gsdnet data turns.`
    const end = this.element?.duration
    const last = this.times.at(-1).begin
    if (end && last > end) return `The last turn begins at ${clock(last)}, after the end of the recording at ${clock(end)}.`
    return `The times of the turns are those of ${this.from}. Click the curve to go there.`
  }

  /** The utterance that is heard: the last one that has begun; -1 before the first. */
  get heard() {
    if (!this.times || !this.url) return -1
    let at = -1
    for (let i = 0; i < this.times.length && this.times[i].begin <= this.position; i++) at = i
    return at
  }

  /** Where the recording is on the axis of utterances, where utterance i begins at i; -1 if that is not known. */
  get place() {
    const i = this.heard
    if (i < 0) return this.times && this.url ? 0 : -1
    const { begin, end } = this.times[i]
    return i + (end > begin ? Math.min(1, (this.position - begin) / (end - begin)) : 0)
  }

  /** Goes to a share of an utterance without playing. */
  seek(i, share = 0) {
    if (!this.times || !this.element) return
    const { begin, end } = this.times[i]
    this.element.currentTime = this.position = begin + share * (end - begin)
  }

  playFrom(i) {
    if (!this.times || !this.element) return
    this.seek(i)
    this.element.play().catch(() => (this.failed = !!this.element?.error))
  }

  /** Plays an utterance, or pauses. */
  toggle(i) {
    if (this.playing) this.pause()
    else this.playFrom(i)
  }

  pause() {
    this.element?.pause()
  }

  /** Follows the recording while it plays. */
  follow() {
    this.playing = true
    const step = () => {
      if (!this.element) return
      this.position = this.element.currentTime
      this.#frame = requestAnimationFrame(step)
    }
    cancelAnimationFrame(this.#frame)
    step()
  }

  stop() {
    this.playing = false
    cancelAnimationFrame(this.#frame)
    if (this.element) this.position = this.element.currentTime
  }
}
