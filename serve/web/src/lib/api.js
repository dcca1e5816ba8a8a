// Requests to this server. The page sends none anywhere else.
import { MODALITIES, NOISE, at, given } from './cells.js'
import { normal } from './random.js'

/** Why the server refused a request, in words for a person. */
export class Refusal extends Error {
  constructor(status, problem) {
    super([problem.detail, ...(problem.errors ?? []).map((e) => `${e.location} ${e.message}`)].join(': '))
    this.status = status
    this.hint = problem.hint ?? ''
  }
}

const TOKEN = 'gsdnet-token'

/** How often a server that is busy is asked. */
const TRIES = 3

/** Keeps the token of a server that asks for one until the tab is closed. */
export const keepToken = (token) => sessionStorage.setItem(TOKEN, token)

/** Sends a request and returns the answer in JSON, or throws a Refusal. */
async function ask(path, options = {}) {
  const response = await send(path, options)
  const text = await response.text()
  let answer
  try {
    answer = JSON.parse(text)
  } catch {
    answer = { detail: `the server answered with status ${response.status}` }
  }
  if (!response.ok) throw new Refusal(response.status, answer)
  return answer
}

/** Returns the address of a picture of a report, in the memory of the browser. The caller revokes it. */
export async function picture(id, file) {
  const response = await send(`/v1/results/${id}/pictures/${encodeURIComponent(file)}`)
  if (!response.ok) throw new Refusal(response.status, { detail: `the picture ${file} cannot be read` })
  return URL.createObjectURL(await response.blob())
}

/** Sends a request, again if the server is busy. */
async function send(path, options = {}) {
  const token = sessionStorage.getItem(TOKEN)
  const headers = { ...options.headers, ...(token && { Authorization: `Bearer ${token}` }) }
  let response
  for (let tries = 1; ; tries++) {
    try {
      response = await fetch(path, { ...options, headers })
    } catch (error) {
      if (error.name === 'AbortError') throw error
      throw new Refusal(0, { detail: 'the server does not answer', hint: 'check that gsdnet serve is still running' })
    }
    if (response.status !== 503 || tries === TRIES) break
    await new Promise((resolve) => setTimeout(resolve, 1000 * (+response.headers.get('Retry-After') || 1)))
  }
  return response
}

export const models = async () => (await ask('/v1/models')).models
export const examples = async () => (await ask('/v1/examples')).examples
export const results = async () => (await ask('/v1/results')).results
export const result = (id) => ask(`/v1/results/${id}`)
export const example = (id) => ask(`/v1/examples/${id}`)

/** Reads a data file. Nothing of it is kept by the server. */
export const open = (run, file, position) =>
  ask(`/v1/open?${new URLSearchParams({ run, name: file.name, at: position })}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: file,
  })

/** Predicts the emotions of a conversation with some cells switched. */
export const predict = (run, data, cells, signal) => sendConversation(`/v1/predict?${new URLSearchParams({ run })}`, data, cells, signal)

/** Recovers one utterance, with some of the completions. */
export async function impute(run, data, cells, utterance, draws, signal) {
  const query = new URLSearchParams({ run, utterance, draws })
  return (await sendConversation(`/v1/impute?${query}`, data, cells, signal)).utterances[0]
}

/** Explains the predictions of a conversation. */
export const explain = (run, data, cells, signal) => sendConversation(`/v1/explain?${new URLSearchParams({ run })}`, data, cells, signal)

/** Sends a conversation as parts: its head in JSON, and the features as float32. */
function sendConversation(path, data, cells, signal) {
  const form = new FormData()
  const head = { dialogue: data.dialogue, utterances: data.speakers.map((speaker, i) => ({ speaker, turn: data.turns[i] })) }
  form.append('conversation', new Blob([JSON.stringify(head)], { type: 'application/json' }))
  MODALITIES.forEach((name, m) => {
    if (data.widths[m]) form.append(name, new Blob([rows(data, cells, m)]))
  })
  return ask(path, { method: 'POST', body: form, signal })
}

/** The features of a modality as the run receives them: NaN where they are switched off. */
export function rows(data, cells, m) {
  const width = data.widths[m]
  const out = data.features[m].slice()
  for (let i = 0; i < data.n; i++) {
    if (!given(data, cells, m, i)) out.fill(NaN, i * width, (i + 1) * width)
    else if (cells[at(data.n, m, i)] === NOISE) addNoise(data, out, m, i)
  }
  return out
}

/** Adds noise to an utterance: as much as the channels vary in the conversation. */
function addNoise(data, out, m, i) {
  const width = data.widths[m]
  const next = normal(1 + at(data.n, m, i))
  const { deviation } = channels(data, m)
  for (let j = 0; j < width; j++) out[i * width + j] += deviation[j] * next()
}

/** The mean and standard deviation of each channel over the conversation. */
export function channels(data, m) {
  data.channels ??= []
  return (data.channels[m] ??= summarise(data, m))
}

function summarise(data, m) {
  const width = data.widths[m]
  const mean = new Float64Array(width)
  const deviation = new Float64Array(width)
  let n = 0
  for (let i = 0; i < data.n; i++) {
    if (!data.nature[at(data.n, m, i)]) continue
    n++
    for (let j = 0; j < width; j++) {
      const x = data.features[m][i * width + j]
      const before = x - mean[j]
      mean[j] += before / n
      deviation[j] += before * (x - mean[j])
    }
  }
  for (let j = 0; j < width; j++) deviation[j] = n > 1 ? Math.sqrt(deviation[j] / (n - 1)) : 0
  return { mean, deviation }
}
