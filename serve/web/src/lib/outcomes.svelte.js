// The results of runs, sweeps and reports: which are shown, and what the server read.
import * as api from './api.js'
import * as address from './address.js'

export class Outcomes {
  list = $state.raw([])
  chosen = $state(0) // id of the folder
  part = $state(0) // index of the section
  view = $state.raw(null)
  waiting = $state(false)
  #session

  /** @param session its problem is where the page says what went wrong */
  constructor(session) {
    this.#session = session
  }

  section = $derived(this.view?.sections[Math.min(this.part, this.view.sections.length - 1)])

  /** Asks what there is, and opens what the address names. */
  async start() {
    const wanted = address.read()
    await this.#ask(async () => {
      this.list = await api.results()
      const named = this.list.find((r) => r.id === +(wanted.of ?? NaN)) ?? this.list[0]
      if (named) await this.#open(named.id, Math.max(0, Math.trunc(+wanted.part) || 0))
    })
  }

  open(id) {
    return this.#ask(() => this.#open(id, 0))
  }

  /** Reads the files again, as a sweep goes on. */
  again() {
    return this.#ask(() => this.#open(this.chosen, this.part))
  }

  choosePart(part) {
    this.part = part
    address.writeResults(this.chosen, part)
  }

  async #open(id, part) {
    this.chosen = id
    if (this.view && this.view.id !== id) this.view = null
    const view = await api.result(id)
    if (this.chosen !== id) return
    this.view = { ...view, id }
    this.part = Math.min(part, Math.max(0, view.sections.length - 1))
    address.writeResults(id, this.part)
  }

  async #ask(work) {
    this.waiting = true
    await this.#session.guard(work)
    this.waiting = false
  }
}
