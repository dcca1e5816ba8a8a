// A browser that reaches nothing but this machine, and pages that report what must not happen.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The path of a browser, or undefined where there is none. */
export const path = process.env.CHROMIUM ?? PLACES.find(existsSync)

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const SHOTS = process.env.SHOTS // a folder for screenshots; none are taken without it

export const launch = () =>
  chromium.launch({
    executablePath: path,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  })

/**
 * Opens a page, hands it to work, and afterwards checks that it asked nobody else, met no
 * error and has no violation of accessibility.
 * @param {{refusals?: string[]}} expected paths whose refusals the browser may report
 */
export async function visit(browser, url, options, work, expected = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  context.setDefaultTimeout(90_000) // machines of CI may be busy
  await context.addInitScript(AXE)
  const page = await context.newPage()
  const faults = []
  const origin = new URL(url).origin
  page.on('console', (message) => {
    const of = message.location().url
    if (message.type() === 'error' && !(expected.refusals ?? []).some((p) => of.startsWith(origin + p))) faults.push(`console: ${message.text()} (${of})`)
  })
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  page.on('request', (request) => {
    const to = request.url()
    if (!to.startsWith(origin + '/') && !to.startsWith('blob:')) faults.push(`request to ${to}`)
  })
  try {
    await page.goto(url)
    await work(page)
    await accessible(page)
    assert.deepEqual(faults, [])
  } finally {
    await context.close()
  }
}

/** Checks the page as it is against WCAG 2.2 AA. */
export async function accessible(page) {
  const violations = await page.evaluate(async () => {
    const found = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'target-size': { enabled: true } },
    })
    return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.failureSummary}`).slice(0, 3).join('; ')}`)
  })
  assert.deepEqual(violations, [])
}

/** Takes a screenshot if there is a folder for it. */
export async function shot(page, name) {
  if (!SHOTS) return
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: `${SHOTS}/${name}.png` })
}

/** Drops a file on the page, as from a file manager. */
export const drop = (page, name, content) => dropAll(page, [[name, content]])

/** Drops files on the page at once. Content that is a list has bytes. */
export async function dropAll(page, files) {
  const data = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer()
    for (const [name, content] of files) transfer.items.add(new File([typeof content === 'string' ? content : new Uint8Array(content)], name))
    return transfer
  }, files)
  await page.dispatchEvent('main', 'dragover', { dataTransfer: data })
  await page.dispatchEvent('main', 'drop', { dataTransfer: data })
}
