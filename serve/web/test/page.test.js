// What a person does with the page, in a browser. `make browser` runs it.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { accessible, drop, dropAll, launch, path, shot, visit } from './browser.js'
import { VISION, contrast, nearest } from './colours.js'
import { FORMULA, SCRIPT, classes, eaf, explanation, good, hostile, pickle, turnTable, vtt, wav, wrong } from './files.js'
import { run, serve } from './program.js'

const skip = !path && 'SKIPPED: no Chromium is installed, so that the page is not tried'
if (skip) console.log(skip)

/** A sweep of seconds. */
const GRID = `models = ["zero"]
protocols = ["random"]
seeds = [1, 2]
samples = 1
[[dataset]]
name = "synthetic"
path = "synthetic:conversations=76"
[train]
epochs = 2
validation = 1
[zero]
width = 8
hidden = 8
`

let browser, demo, started
before(async () => {
  if (skip) return
  started = Date.now()
  ;[demo, browser] = await Promise.all([serve(['demo', '--serve']), launch()])
})
after(async () => {
  await browser?.close()
  await demo?.stop()
})

const it = (name, work) => test(name, { skip, timeout: 300_000 }, work)
const cell = (page, name, i) => page.getByRole('switch', { name: new RegExp(`^${name} of utterance ${i}:`) })
const state = (page, name, i) => cell(page, name, i).getAttribute('data-state')
const verdict = (page) => page.locator('.verdict strong').innerText()

/** Waits until the page shows the answer to what was switched. */
async function settled(page) {
  await page.locator('.verdict strong').waitFor()
  await page.waitForFunction(() => !document.querySelector('section.waiting'))
}
const curve = (page) => page.locator('path.mean').getAttribute('d')
const visitDemo = (options, work, expected) => visit(browser, demo.url, options, async (page) => (await settled(page), await work(page)), expected)

test('colours of emotions differ for every eye, and signs on them can be read', () => {
  const css = readFileSync(new URL('../src/app.css', import.meta.url), 'utf8')
  for (const [k, theme] of ['light', 'dark'].entries()) {
    const colour = (name) => {
      const value = new RegExp(`--${name}: light-dark\\(([^)]*)\\)`).exec(css)
      assert.ok(value, `app.css does not have --${name}`)
      return value[1].split(', ')[k]
    }
    const [surface, ink] = [colour('surface'), colour('ink')]
    const sets = { classes: Array.from({ length: 8 }, (_, i) => `c${i}`), sentiment: ['s0', 's1', 's2', 's3', 's4'] }
    for (const [set, names] of Object.entries(sets)) {
      for (const vision of Object.keys(VISION)) {
        const least = nearest(names.map(colour), vision)
        assert.ok(least > 9, `${set}, ${theme}, ${vision}: two colours differ by ${least}, want more than 9`)
      }
    }
    let checked = 0
    for (const [, key, tone, edge, on] of css.matchAll(/\[data-tone='(\w+)'\] \{ --tone: var\(--(\w+)\); --edge: var\(--(\w+)\);(?: --on-tone: (.+?);)? \}/g)) {
      checked++
      const sign = { 'var(--surface)': surface, 'light-dark(var(--ink), var(--surface))': k ? surface : ink }[on] ?? ink
      assert.ok(contrast(colour(tone), sign) >= 4.5, `${key}, ${theme}: the sign has a contrast of ${contrast(colour(tone), sign)}, want 4.5`)
      assert.ok(contrast(colour(edge), surface) >= 3, `${key}, ${theme}: the edge has a contrast of ${contrast(colour(edge), surface)}, want 3`)
    }
    assert.equal(checked, 13)
  }
})

it('the demo ends in the page with its conversations, within two minutes', () =>
  visitDemo({}, async (page) => {
    const seconds = (Date.now() - started) / 1000
    assert.ok(seconds < 120, `got the page after ${seconds} s, want less than 120`)
    assert.match(demo.out(), /serving gsdnet, regression, zero at http/)
    const options = await page.getByLabel('Conversation', { exact: true }).locator('option').allInnerTexts()
    assert.ok(options.length > 5 && /^dialogue \d+ \(\d+\)$/.test(options[0]), `got ${options}`)
    await shot(page, 'start')
  }))

it('switching a modality off changes the emotion and shows what was recovered, and back', () =>
  visitDemo({}, async (page) => {
    const [first, before] = [await verdict(page), await curve(page)]
    await cell(page, 'text', 1).click()
    await page.waitForFunction((was) => document.querySelector('path.mean').getAttribute('d') !== was, before)
    await settled(page)
    assert.equal(await state(page, 'text', 1), 'off')
    assert.notEqual(await verdict(page), first)
    assert.equal(await page.locator('path.ghost').getAttribute('d'), before)
    assert.match(await page.locator('figure').first().innerText(), /text recovered[^]*error [\d.]+ SD[^]*withheld[^]*8 draws/i)
    const recovered = await page.locator('path.estimate').getAttribute('d')
    const [from, to] = [await cell(page, 'text', 2).boundingBox(), await cell(page, 'audio', 4).boundingBox()]
    await page.mouse.move(from.x + 5, from.y + 5)
    await page.mouse.down()
    await page.mouse.move(to.x + 5, to.y + 5, { steps: 5 })
    await page.mouse.up()
    await page.waitForFunction((was) => document.querySelector('path.estimate').getAttribute('d') !== was, recovered) // what is known of its neighbours changed
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.waitForFunction((was) => document.querySelector('path.estimate').getAttribute('d') === was, recovered)
    await page.getByRole('switch', { name: 'text: switched off' }).click()
    await page.waitForFunction((was) => document.querySelector('path.mean').getAttribute('d') === was, before)
    assert.equal(await verdict(page), first)
    assert.equal(await page.locator('figure').count(), 0)
  }))

it('a brush over a range switches it, and undo takes it back', () =>
  visitDemo({}, async (page) => {
    const before = await curve(page)
    const brush = async (from, to) => {
      const [a, b] = [await cell(page, ...from).boundingBox(), await cell(page, ...to).boundingBox()]
      await page.mouse.move(a.x + 5, a.y + 5)
      await page.mouse.down()
      await page.mouse.move(b.x + 5, b.y + 5, { steps: 5 })
      await page.mouse.up()
      await settled(page)
    }
    const states = (name) => Promise.all([1, 2, 3, 4, 5].map((i) => state(page, name, i)))
    await brush(['audio', 2], ['visual', 4])
    assert.deepEqual([await states('text'), await states('audio'), await states('visual')], [
      ['on', 'on', 'on', 'on', 'on'],
      ['on', 'off', 'off', 'off', 'on'],
      ['on', 'off', 'off', 'off', 'on'],
    ])
    assert.notEqual(await curve(page), before)
    await page.getByRole('radio', { name: 'Noise' }).check()
    await brush(['text', 1], ['text', 3])
    assert.deepEqual(await states('text'), ['noise', 'noise', 'noise', 'on', 'on'])
    await page.getByRole('radio', { name: 'Bursts' }).check()
    await brush(['visual', 1], ['visual', 8])
    await page.getByRole('radio', { name: 'On' }).check()
    await brush(['text', 1], ['visual', 8])
    assert.deepEqual([await states('text'), await states('visual')], [Array(5).fill('on'), Array(5).fill('on')])
    for (let k = 0; k < 4; k++) await page.getByRole('button', { name: 'Undo' }).click()
    await page.waitForFunction((was) => document.querySelector('path.mean').getAttribute('d') === was, before)
    assert.ok(await page.getByRole('button', { name: 'Undo' }).isDisabled())
  }))

it('presets switch the whole conversation, and an utterance keeps one modality', () =>
  visitDemo({}, async (page) => {
    const all = (name) => page.locator(`.grid [data-m="${name}"]`).evaluateAll((cells) => [...new Set(cells.map((c) => c.dataset.state))].sort())
    await page.getByRole('button', { name: 'Camera covered' }).click()
    await settled(page)
    assert.deepEqual([await all(0), await all(1), await all(2)], [['on'], ['on'], ['off']])
    await page.getByRole('button', { name: 'Random 50 %' }).click()
    await settled(page)
    assert.deepEqual([await all(0), await all(1), await all(2)], Array(3).fill(['off', 'on']))
    await shot(page, 'random')
    await page.getByRole('button', { name: 'Text only' }).click()
    await settled(page)
    assert.deepEqual([await all(0), await all(1), await all(2)], [['on'], ['off'], ['off']])
    await cell(page, 'text', 2).click()
    assert.equal(await state(page, 'text', 2), 'on')
    await page.getByText('An utterance keeps at least one modality: 1 cell was left on.').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Everything on' }).click()
    await settled(page)
    assert.deepEqual(await all(1), ['on'])
  }))

it('a keyboard is enough', () =>
  visitDemo({}, async (page) => {
    const focused = () => page.evaluate(() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText)
    for (let k = 0; k < 30 && !(await focused())?.startsWith('text of utterance 1:'); k++) await page.keyboard.press('Tab')
    assert.equal(await focused(), 'text of utterance 1: on')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    await settled(page)
    assert.equal(await focused(), 'audio of utterance 2: switched off')
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Enter')
    await settled(page)
    assert.deepEqual([await state(page, 'audio', 3), await state(page, 'visual', 2), await state(page, 'visual', 3)], ['off', 'off', 'off'])
    await page.keyboard.press('n')
    const least = await page.locator('li [aria-current="true"] .number').innerText()
    assert.equal(least, await page.locator('li .number').first().innerText())
    await page.keyboard.press('n')
    assert.equal(await page.locator('li [aria-current="true"] .number').innerText(), await page.locator('li .number').nth(1).innerText())
    await page.keyboard.press('v')
    await settled(page)
    await page.keyboard.press('u')
    await settled(page)
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys and signs' }).waitFor()
    await accessible(page)
    await page.getByLabel('Single keys are active').uncheck()
    await page.keyboard.press('Escape')
    const before = page.url()
    await page.keyboard.press('a')
    assert.equal(page.url(), before)
  }))

it('a file that is dropped is shown, with what it does not have and what is all zeros', () =>
  visitDemo({}, async (page) => {
    await drop(page, 'talk.csv', good())
    await page.getByText('utterance 1 of 6', { exact: true }).waitFor()
    await settled(page)
    assert.equal(await page.locator('.gutter .name').first().innerText(), 'ann')
    assert.deepEqual([await state(page, 'audio', 2), await state(page, 'visual', 3), await state(page, 'text', 1)], ['absent', 'zero', 'on'])
    await cell(page, 'audio', 2).click({ force: true })
    assert.equal(await state(page, 'audio', 2), 'absent')
    await page.getByText('audio recovered').waitFor()
    await page.getByText('the file does not have it').waitFor()
    await shot(page, 'file')
  }))

it('a long conversation is scrolled, or shown at once', () =>
  visitDemo({}, async (page) => {
    await drop(page, 'long.csv', good(400))
    await page.getByText('utterance 1 of 400', { exact: true }).waitFor()
    await settled(page)
    const drawn = await page.locator('.grid [role="switch"]').count()
    assert.ok(drawn < 300, `got ${drawn} cells in the page, want those in view`)
    await page.keyboard.press('n')
    assert.ok(await page.locator('.grid [tabindex="0"]').isVisible())
    await page.getByLabel('Whole conversation at once').check()
    assert.equal(await page.locator('.scroller').evaluate((e) => e.scrollWidth <= e.clientWidth + 400 * 3), true)
    await page.getByLabel('Whole conversation at once').uncheck()
  }))

it('a wrong file is refused with a reason, and the page goes on', () =>
  visitDemo(
    {},
    async (page) => {
      for (const [name, content, want] of [
        ['narrow.csv', wrong(), /has 3 features, and the run takes 24/],
        ['notes.txt', 'hello', /no format/],
        ['broken.npz', 'PK', /the file/],
        ['nothing', 'x', /has no extension/],
      ]) {
        await drop(page, name, content)
        await page.getByRole('alert').filter({ hasText: want }).waitFor()
      }
      await accessible(page)
      await page.getByRole('button', { name: 'Close' }).click()
      await cell(page, 'text', 1).click()
      await settled(page)
      assert.equal(await state(page, 'text', 1), 'off')
    },
    { refusals: ['/v1/open'] }
  ))

it('a file of every format that is one file opens, the pickles of the field too', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'gsdnet-page-'))
  const pickled = (path) => fileURLToPath(new URL(`../../../dataset/${path}`, import.meta.url))
  const data = { mmsa: pickled('mmsa/testdata/aligned.pkl'), meld: pickled('ercpickle/testdata/MELD_features_raw1.pkl'), table: join(dir, 'classes.csv') }
  writeFileSync(data.table, classes())
  for (const [name, file] of Object.entries(data)) run(['train', '--data', file, '--out', name, '--set', 'model=zero', '--set', 'train.epochs=1'], dir)
  const exportedTo = ['npz', 'parquet', 'jsonl', 'tsv'].map((kind) => `classes.${kind}`)
  for (const file of exportedTo) run(['data', 'export', data.table, '--out', file], dir)
  const server = await serve(['serve', ...Object.keys(data)].map((a, i) => (i ? join(dir, a) : a)))
  try {
    await visit(browser, server.url, {}, async (page) => {
      for (const [name, file] of [['mmsa', data.mmsa], ['meld', data.meld], ...exportedTo.map((f) => ['table', join(dir, f)])]) {
        await page.reload()
        await page.getByLabel('Run', { exact: true }).selectOption(name)
        await drop(page, basename(file), [...readFileSync(file)])
        await settled(page)
        assert.equal(await page.getByRole('alert').count(), 0, file)
        assert.equal(await page.locator('optgroup').getAttribute('label'), basename(file))
        assert.equal(await page.getByLabel('Run', { exact: true }).inputValue(), name)
      }
    })
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true })
  }
})

it('a hostile file does nothing', () =>
  visitDemo(
    { acceptDownloads: true },
    async (page) => {
      await drop(page, 'evil.pkl', pickle())
      await page.getByRole('alert').waitFor()
      await drop(page, '../../<b>evil</b>.csv', hostile())
      await page.getByText('utterance 1 of 4', { exact: true }).waitFor()
      await settled(page)
      assert.equal(await page.locator('.gutter .name').first().innerText(), SCRIPT)
      assert.equal(await page.locator('img[src="x"], main script').count(), 0)
      assert.equal(await page.evaluate(() => window.broken), undefined)
      const text = await exported(page, 'CSV')
      assert.ok(text.includes(`"'${FORMULA.replaceAll('"', '""')}"`), `got ${text}, want the formula as text`)
      const eaf = await exported(page, 'ELAN')
      assert.deepEqual(await elements(page, eaf, 'img', 'parsererror', 'TIER'), [0, 0, 2])
    },
    { refusals: ['/v1/open'] }
  ))

/** Exports a file and returns its text. */
async function exported(page, name) {
  await page.getByText('Export').click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: new RegExp(`^${name}`) }).click()])
  return readFileSync(await download.path(), 'utf8')
}

/** How many elements of each name an XML document has. The policy of the page itself forbids to parse it there. */
async function elements(page, xml, ...names) {
  const blank = await page.context().newPage()
  const counts = await blank.evaluate(([xml, names]) => names.map((name) => new DOMParser().parseFromString(xml, 'text/xml').querySelectorAll(name).length), [xml, names])
  await blank.close()
  return counts
}

it('exports say what the page shows', () =>
  visitDemo({ acceptDownloads: true }, async (page) => {
    await cell(page, 'visual', 1).click()
    await settled(page)
    const rows = (await exported(page, 'CSV')).trim().split('\r\n')
    assert.match(rows[0], /^utterance,turn,speaker,text,audio,visual,mean,deviation,low_50,high_50,low_80,high_80,low_95,high_95,label$/)
    assert.match(rows[1], /^1,\d+,\d+,on,on,off,-?[\d.]+,/)
    const all = JSON.parse(await exported(page, 'JSON'))
    assert.equal(all.utterances.length, rows.length - 1)
    assert.deepEqual([all.run, all.states[0].visual, all.utterances[0].observed], ['gsdnet', 'off', 'ta'])
    const eaf = await exported(page, 'ELAN')
    assert.deepEqual(await elements(page, eaf, 'parsererror', 'TIER', 'ALIGNABLE_ANNOTATION'), [0, 2, rows.length - 1])
  }))

it('an export takes the keyboard alone', () =>
  visitDemo({ acceptDownloads: true }, async (page) => {
    await page.locator('summary').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
    assert.match(download.suggestedFilename(), /^dialogue-\d+\.csv$/)
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'SUMMARY')
  }))

it('the address holds the state', async () => {
  let address, shown
  await visitDemo({}, async (page) => {
    await page.getByRole('button', { name: 'Random 50 %' }).click()
    await page.keyboard.press('n')
    await settled(page)
    ;[address, shown] = [page.url(), await verdict(page)]
  })
  await visit(browser, address, {}, async (page) => {
    await settled(page)
    assert.equal(await verdict(page), shown)
    assert.equal(page.url(), address)
    await page.evaluate(() => (location.hash = '#run=zero&example=1&off=a0-3'))
    await page.getByText('utterance 1 of 14', { exact: true }).waitFor()
    await settled(page)
    assert.deepEqual([await state(page, 'audio', 4), await state(page, 'audio', 5), await page.getByLabel('Run', { exact: true }).inputValue()], ['off', 'on', 'zero'])
  })
  await visit(browser, `${demo.url}/#run=absent&example=9999&at=-5&off=t0-999999999.q1.<b>&noise=a99`, {}, settled)
})

it('the picture of the documentation', () =>
  visit(browser, `${demo.url}/#run=gsdnet&example=10&at=4&off=t3-5.a7-11.v3-5.v10-13&noise=a2`, { viewport: { width: 1280, height: 690 } }, async (page) => {
    await settled(page)
    await page.getByText('visual recovered').waitFor()
    assert.deepEqual([await state(page, 'audio', 3), await state(page, 'text', 5), await state(page, 'audio', 5)], ['noise', 'off', 'on'])
    await shot(page, 'timeline')
  }))

it('another run answers the same conversation', () =>
  visitDemo({}, async (page) => {
    await page.getByRole('button', { name: 'Text only' }).click()
    await settled(page)
    const ours = await curve(page)
    await page.getByLabel('Run', { exact: true }).selectOption('zero')
    await page.waitForFunction((was) => document.querySelector('path.mean') && document.querySelector('path.mean').getAttribute('d') !== was, ours)
    assert.equal(await state(page, 'audio', 1), 'off')
  }))

it('explanations are shown', () =>
  visitDemo({}, async (page) => {
    await page.getByRole('button', { name: 'Explain' }).click()
    await page.getByRole('table').waitFor()
    assert.ok((await page.getByRole('row').count()) >= 7)
  }))

it('every part of an explanation is shown, and what is not there is left out', () =>
  visitDemo({}, async (page) => {
    await page.route('**/v1/explain?*', (route) => route.fulfill({ json: explanation(10) }))
    await page.getByRole('button', { name: 'Explain' }).click()
    const section = page.getByRole('region', { name: 'Explanation' })
    await section.getByText('Utterance 1: what each modality of it adds').waitFor()
    const text = await section.innerText()
    for (const want of ['+0.10', '−0.30', 'Conversation: what each modality adds', 'audio of 3', 'What utterance 1 owes', 'Spectrum of the text graph', 'changes by 25 %', 'Sampler', '3 states']) {
      assert.ok(text.includes(want), `got ${text}, want ${want}`)
    }
    assert.equal(await section.getByRole('table').count(), 0)
    await section.getByRole('button', { name: 'audio of 3' }).click()
    assert.match(page.url(), /at=2/)
    await section.getByText('What utterance 3 owes').waitFor()
    await shot(page, 'explain')
  }))

const fits = async (page) => assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than the screen')

it('the results of the demo are curves and tables, with the keyboard alone', () =>
  visitDemo({}, async (page) => {
    await page.getByRole('button', { name: 'Results' }).focus()
    await page.keyboard.press('Enter')
    const results = page.getByRole('region', { name: 'Results' })
    await results.getByText('3 of 3 cells are finished').waitFor()
    await results.getByRole('img', { name: /^MAE against missing rate: (?=.*gsdnet)(?=.*regression)(?=.*zero)/ }).waitFor()
    assert.equal(await page.evaluate(() => document.title), 'Results · gsdnet')
    const row = results.locator('table', { has: page.getByText('majority predictor') }).first()
    assert.match(await row.innerText(), /model\s[^]*MAE[^]*zero[^]*gsdnet/)
    await results.getByRole('button', { name: 'zero' }).focus()
    await page.keyboard.press('Space')
    assert.equal(await results.getByRole('button', { name: 'zero' }).getAttribute('aria-pressed'), 'true')
    assert.ok((await results.locator('g.faint').count()) > 0, 'the other lines are not faint')
    await results.getByText('Numbers').first().click()
    assert.match(await results.getByRole('region', { name: /^Numbers of/ }).innerText(), /missing rate\s[^]*0\.7\s/)
    await shot(page, 'results')
    await accessible(page)
    await page.getByLabel('Results of').selectOption('gsdnet')
    await results.getByText('lowest validation error').waitFor()
    await page.getByLabel('Part').selectOption('Training')
    await results.getByRole('img', { name: /^Validation error against epoch/ }).waitFor()
    assert.match(page.url(), /#view=results&of=1&part=1$/)
    await shot(page, 'results-run')
    await page.reload()
    await results.getByRole('img', { name: /^Training losses/ }).waitFor()
    await page.getByRole('button', { name: 'Timeline' }).click()
    await settled(page)
    assert.match(page.url(), /#run=gsdnet&example=/)
  }))

it('the results of a sweep that goes on show its progress and its report', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'gsdnet-page-'))
  writeFileSync(join(dir, 'grid.toml'), GRID)
  run(['sweep', 'grid.toml', '--out', 'a-sweep-with-a-long-name-that-does-not-fit-everywhere'], dir)
  const sweep = join(dir, 'a-sweep-with-a-long-name-that-does-not-fit-everywhere')
  const plan = JSON.parse(readFileSync(join(sweep, 'sweep.json'), 'utf8'))
  plan.grids[0].cells.push({ ...plan.grids[0].cells[0], seed: 9 })
  writeFileSync(join(sweep, 'sweep.json'), JSON.stringify(plan))
  run(['report', sweep], dir)
  const server = await serve(['serve', join(sweep, 'synthetic--random--zero--mixed--seed1'), '--results', sweep, '--results', join(sweep, 'report')])
  try {
    for (const [name, options] of [['sweep', {}], ['sweep-phone', { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true }], ['sweep-dark', { colorScheme: 'dark' }]]) {
      await visit(browser, `${server.url}/#view=results&of=0`, options, async (page) => {
        const results = page.getByRole('region', { name: 'Results', exact: true })
        await results.getByText(/^\d+ of \d+ cells are finished$/).first().waitFor()
        await results.getByText('Not finished').first().click()
        assert.match(await results.locator('li').filter({ hasText: 'seed9' }).first().innerText(), /^synthetic--random--zero--mixed--seed9$/)
        await results.getByText('Summary', { exact: true }).click()
        assert.match(await results.getByRole('table').filter({ hasText: 'averages' }).first().innerText(), /model[^]*zero[^]*majority predictor/)
        await results.getByText(/^Pictures \(/).click()
        await page.waitForFunction(() => [...document.querySelectorAll('.results img')].length > 0 && [...document.querySelectorAll('.results img')].every((i) => i.complete && i.naturalWidth > 0))
        await fits(page)
        await shot(page, name)
      })
    }
    await visit(browser, `${server.url}/#view=results&of=1`, {}, async (page) => {
      await page.getByRole('heading', { name: /report/ }).first().waitFor()
      await page.getByText('Summary', { exact: true }).waitFor()
    })
    writeFileSync(join(sweep, 'report', 'report.md'), 'nothing')
    await visit(browser, `${server.url}/#view=results&of=1`, {}, (page) => page.getByRole('alert').filter({ hasText: 'the results of report cannot be read' }).waitFor(), { refusals: ['/v1/results'] })
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true })
  }
})

it('a recording plays from an utterance, shows its place on the curve, and follows a click', () =>
  visitDemo({}, async (page) => {
    await dropAll(page, [['talk.wav', wav(13)], ['talk.csv', good()]])
    const player = page.getByRole('region', { name: 'Recording' })
    await player.getByText('The times of the turns are not known.').waitFor()
    await settled(page)
    await accessible(page)
    await drop(page, 'short.vtt', vtt(4))
    await page.getByRole('alert').filter({ hasText: 'short.vtt has 4 turns with times, and the conversation has 6 utterances' }).waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await drop(page, 'talk.vtt', vtt(6))
    await player.getByText('The times of the turns are those of talk.vtt.').waitFor()
    const time = () => page.locator('audio').evaluate((a) => a.currentTime)
    const head = () => page.locator('.playhead').evaluate((e) => parseFloat(e.style.left) / parseFloat(document.querySelector('.tracks').style.width) * 6)
    const row = page.locator('li button', { has: page.locator('.number', { hasText: /^Utterance\s*4$/ }) })
    await row.click()
    await page.waitForFunction(() => !document.querySelector('audio').paused && document.querySelector('audio').currentTime > 6.1)
    assert.ok((await time()) < 12, `got second ${await time()}, want that of utterance 4, which begins at 6`)
    await page.getByText(/^0:0\d\.\d, utterance 4 of 6$/).waitFor()
    await page.keyboard.press('p')
    await page.waitForFunction(() => document.querySelector('audio').paused)
    await shot(page, 'recording')
    const box = await page.locator('.tracks').boundingBox()
    await page.mouse.click(box.x + (box.width * 1.5) / 6, box.y + 60) // the middle of utterance 2, from second 2 to 3.5
    await page.waitForFunction(() => Math.abs(document.querySelector('audio').currentTime - 2.75) < 0.1)
    await page.waitForFunction(() => Math.abs(parseFloat(document.querySelector('.playhead').style.left) / parseFloat(document.querySelector('.tracks').style.width) * 6 - 1.5) < 0.1)
    assert.ok(Math.abs((await head()) - 1.5) < 0.1)
    for (const [name, text] of [['talk.eaf', eaf(6)], ['turns.csv', turnTable(6)]]) {
      await drop(page, name, text)
      await player.getByText(`The times of the turns are those of ${name}.`).waitFor()
      await page.getByRole('button', { name: 'Play it from 0:02.0' }).waitFor()
    }
    assert.equal(await page.evaluate(() => window.broken), undefined)
    await page.getByRole('button', { name: 'Close the recording' }).click()
    assert.equal(await page.locator('audio').count(), 0)
  }))

it('a file that is no recording, or a transcript alone, says what is needed', () =>
  visitDemo({ viewport: { width: 320, height: 640 }, colorScheme: 'dark' }, async (page) => {
    await drop(page, 'talk.csv', good())
    await page.getByText('utterance 1 of 6', { exact: true }).waitFor()
    await drop(page, 'talk.srt', vtt(6).replace('WEBVTT\n', ''))
    await page.getByText('Open the recording, an audio or video file.').waitFor()
    await drop(page, 'broken.mp3', 'not a recording')
    await page.getByText('The browser cannot play this recording.').waitFor()
    await fits(page)
    await shot(page, 'recording-phone')
  }))

it('a recording that lies beside the data plays in sync, on a server with a token too', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'gsdnet-page-'))
  writeFileSync(join(dir, 'classes.csv'), classes())
  run(['train', '--data', 'classes.csv', '--out', 'zero', '--set', 'model=zero', '--set', 'train.epochs=1'], dir)
  mkdirSync(join(dir, 'media'))
  writeFileSync(join(dir, 'media', 'talk13.wav'), Buffer.from(wav(13)))
  writeFileSync(join(dir, 'media', 'talk13.vtt'), vtt(6))
  writeFileSync(join(dir, 'media', 'talk14.wav'), Buffer.from(wav(3)))
  writeFileSync(join(dir, 'media', 'talk14.vtt'), vtt(4))
  const token = 'a-token-of-the-browser-test'
  const server = await serve(['serve', join(dir, 'zero'), '--show', join(dir, 'classes.csv'), '--media', join(dir, 'media')], { GSDNET_TOKEN: token })
  try {
    await visit(
      browser,
      server.url,
      { acceptDownloads: true },
      async (page) => {
        await page.getByLabel('This server asks for its token').fill(token)
        await page.getByRole('button', { name: 'Open', exact: true }).click()
        await settled(page)
        assert.deepEqual(await page.getByLabel('Conversation', { exact: true }).locator('option').allInnerTexts(), ['talk13 (6), recorded', 'talk14 (6), recorded', 'talk15 (6)'])
        const player = page.getByRole('region', { name: 'Recording' })
        await player.getByText('The times of the turns are those of talk13.vtt.').waitFor()
        await page.locator('li button', { has: page.locator('.number', { hasText: /^Utterance\s*4$/ }) }).click()
        await page.waitForFunction(() => !document.querySelector('audio').paused && document.querySelector('audio').currentTime > 6.1)
        await page.getByText(/^0:0\d\.\d, utterance 4 of 6$/).waitFor()
        await page.keyboard.press('p')
        await page.waitForFunction(() => document.querySelector('audio').paused)
        await shot(page, 'served-recording')
        assert.match(await exported(page, 'ELAN'), /TIME_VALUE="2000"\/>[^]*TIME_VALUE="3500"\/>/)
        await page.getByLabel('Conversation', { exact: true }).selectOption({ label: 'talk14 (6), recorded' })
        await player.getByText('The transcript talk14.vtt has 4 turns, and the conversation has 6 utterances.').waitFor()
        await page.getByLabel('Conversation', { exact: true }).selectOption({ label: 'talk15 (6)' })
        await page.waitForFunction(() => !document.querySelector('audio'))
        await settled(page)
      },
      { refusals: ['/v1/models'] }
    )
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true })
  }
})

it('segments on the lanes have the colour and the sign of their emotion, and change with it', () =>
  visitDemo({}, async (page) => {
    const lanes = page.getByRole('img', { name: /^Emotions by speaker\. Speaker \d+: \d+ / })
    const signs = () => lanes.locator('text').allTextContents()
    const n = await page.locator('.grid [data-m="0"]').count()
    const before = await signs()
    assert.equal(before.length, n)
    assert.ok(before.every((s) => ['−−', '−', '0', '+', '++'].includes(s)), `got ${before}`)
    assert.ok(new Set(await lanes.locator('.tone').evaluateAll((all) => all.map((e) => getComputedStyle(e.querySelector('rect')).fill))).size > 1, 'all segments have one colour')
    assert.match(await lanes.locator('title').first().textContent(), /^Utterance 1 of \d+, speaker \d+: text on, .*Sentiment [+−0]/)
    assert.equal(await page.getByRole('list', { name: 'Emotions of the segments' }).getByRole('listitem').count(), 5)
    const mean = +(await verdict(page)).replace('−', '-')
    const want = mean < -1.5 ? '−−' : mean < -0.5 ? '−' : mean < 0.5 ? '0' : mean < 1.5 ? '+' : '++'
    assert.equal(before[0], want, `the sign of ${mean}`)
    const [was, name] = [await curve(page), await lanes.getAttribute('aria-label')]
    await page.getByRole('button', { name: 'Camera covered' }).click()
    await page.getByRole('button', { name: 'Random 50 %' }).click()
    await page.waitForFunction((was) => document.querySelector('path.mean').getAttribute('d') !== was, was)
    await settled(page)
    assert.notDeepEqual([await signs(), await lanes.getAttribute('aria-label')], [before, name])
  }))

it('the graph is drawn with the cells that are absent, and the sampler goes step by step', () =>
  visitDemo({}, async (page) => {
    await cell(page, 'text', 2).click()
    await cell(page, 'audio', 4).click()
    await settled(page)
    await page.getByRole('button', { name: 'Explain' }).click()
    const graph = page.locator('figure', { has: page.getByText('The graph of the conversation') })
    await graph.waitFor()
    const n = await page.locator('.grid [data-m="0"]').count()
    assert.equal(await graph.locator('.node').count(), n)
    assert.equal(await graph.locator('.part[data-state="off"]').count(), 2)
    const edges = Math.min(6, n - 1)
    assert.equal(await graph.locator('path.edge').count(), Array.from({ length: edges }, (_, k) => n - 1 - k).reduce((a, b) => a + b))
    assert.ok((await graph.locator('path.edge.borrowed').count()) >= edges, 'the edges of an utterance without text have borrowed weights')
    assert.match(await graph.innerText(), /Strongest edges of utterance 4: \d+ \(0\.\d+\), /)
    const thick = () => graph.locator('path.edge').first().getAttribute('stroke-width')
    const text = await thick()
    await graph.getByLabel('visual weights').check()
    assert.notEqual(await thick(), text)
    await graph.getByLabel('effect on the answers').check()
    assert.equal(await graph.locator('path.edge.borrowed').count(), 0)
    await graph.getByLabel('text weights').check()
    const section = page.getByRole('region', { name: 'Explanation' })
    assert.match(await section.innerText(), /Spectrum of the text graph[^]*observed[^]*recovered/)
    const slider = section.getByRole('slider', { name: 'State of the sampler' })
    await slider.focus()
    await page.keyboard.press('Home')
    await section.getByText(/^State 1 of \d+, time 1\.00: text/).waitFor()
    await page.keyboard.press('ArrowRight')
    await section.getByText(/^State 2 of \d+/).waitFor()
    await graph.scrollIntoViewIfNeeded()
    await shot(page, 'graph')
  }))

it('fits a phone', () =>
  visitDemo({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true }, async (page) => {
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than the screen')
    await cell(page, 'text', 1).tap()
    await settled(page)
    assert.equal(await state(page, 'text', 1), 'off')
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than the screen')
    await shot(page, 'phone')
  }))

it('is dark where the system is, or where the person wants it', () =>
  visitDemo({ colorScheme: 'dark' }, async (page) => {
    const light = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0] > 128)
    assert.equal(await light(), false)
    await page.getByRole('button', { name: 'Random 50 %' }).click()
    await settled(page)
    await shot(page, 'dark')
    await accessible(page)
    await page.getByLabel('Colours').selectOption('light')
    assert.equal(await light(), true)
    await page.reload()
    await settled(page)
    assert.equal(await light(), true)
    await page.getByLabel('Colours').selectOption('auto')
  }))

it('does not move where less motion is wanted', () =>
  visitDemo({ reducedMotion: 'reduce' }, async (page) => {
    const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) || parseFloat(getComputedStyle(e).animationDuration)).length)
    assert.equal(moving, 0)
  }))

it('classes are a strip of probabilities, and a server with a token asks for it', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'gsdnet-page-'))
  writeFileSync(join(dir, 'classes.csv'), classes())
  const small = ['gsdnet.width=8', 'gsdnet.hidden=8', 'gsdnet.blocks=1', 'gsdnet.prior.rank=4', 'train.epochs=2'].flatMap((s) => ['--set', s])
  run(['train', '--data', 'classes.csv', '--out', 'emotions', ...small], dir)
  const token = 'a-token-of-the-browser-test'
  const server = await serve(['serve', join(dir, 'emotions'), '--show', join(dir, 'classes.csv')], { GSDNET_TOKEN: token })
  try {
    await visit(
      browser,
      server.url,
      {},
      async (page) => {
        const say = async (token) => {
          await page.getByLabel('This server asks for its token').fill(token)
          await page.getByRole('button', { name: 'Open', exact: true }).click()
        }
        await say('not this one')
        await page.getByText('This is not its token.').waitFor()
        await accessible(page)
        await say(token)
        await settled(page)
        const height = (await page.locator('rect[data-class]').evaluateAll((bars) => bars.map((b) => +b.getAttribute('height')))).reduce((a, b) => a + b, 0)
        assert.ok(Math.abs(height - 6 * 130) < 1, `got bars of ${height} in all, want 6 of 130`)
        assert.match(await page.locator('section p').first().innerText(), /anger \d+ %\s+joy \d+ %\s+neutral \d+ %\s+labelled/)
        const said = page.getByRole('img', { name: /^Emotions by speaker\. a: \d \w+/ }).locator('text')
        assert.equal(await said.count(), 6)
        assert.equal(await said.first().textContent(), await verdict(page))
        assert.deepEqual(await page.getByRole('list', { name: 'Emotions of the segments' }).getByRole('listitem').allInnerTexts(), ['a\nanger', 'j\njoy', 'n\nneutral'])
        const grey = page.getByRole('list', { name: 'Emotions of the segments' }).locator('[data-tone="c0"]')
        assert.equal(await grey.innerText(), 'n')
        await page.getByRole('button', { name: 'Text only' }).click()
        await settled(page)
        await shot(page, 'classes')
      },
      { refusals: ['/v1/'] }
    )
    assert.equal(await server.stop(), 0)
  } finally {
    await server.stop()
    rmSync(dir, { recursive: true })
  }
})

it('says so when the server has gone', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'gsdnet-page-'))
  writeFileSync(join(dir, 'classes.csv'), classes())
  run(['train', '--data', 'classes.csv', '--out', 'zero', '--set', 'model=zero', '--set', 'train.epochs=1'], dir)
  const server = await serve(['serve', join(dir, 'zero')])
  await visit(
    browser,
    server.url,
    {},
    async (page) => {
      await page.getByText('Drop a file with a conversation here').waitFor()
      await accessible(page)
      assert.equal(await server.stop(), 0)
      await drop(page, 'talk.csv', good())
      await page.getByRole('alert').filter({ hasText: 'the server does not answer' }).waitFor()
    },
    { refusals: ['/v1/'] }
  )
  rmSync(dir, { recursive: true })
})
