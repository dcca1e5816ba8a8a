// Starts gsdnet and stops it.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The program, which `make browser` builds. */
export const GSDNET = process.env.GSDNET ?? fileURLToPath(new URL('../../../bin/gsdnet', import.meta.url))

/** Runs a command to its end. */
export function run(args, cwd) {
  const done = spawnSync(GSDNET, args, { cwd, encoding: 'utf8' })
  if (done.status !== 0) throw new Error(`gsdnet ${args.join(' ')}: ${done.stderr}`)
}

/** Starts a command that serves, and returns its address when it listens. */
export async function serve(args, env = {}) {
  const child = spawn(GSDNET, [...args, '--addr', '127.0.0.1:0'], { env: { ...process.env, ...env } })
  let out = ''
  let errors = ''
  child.stderr.on('data', (text) => (errors += text))
  const url = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      out += text
      const found = /serving .* at (\S+)\n/.exec(out)
      if (found) resolve(found[1])
    })
    child.on('exit', () => reject(new Error(`gsdnet ${args.join(' ')} ended: ${errors}`)))
  })
  return {
    url,
    out: () => out,
    async stop() {
      if (child.exitCode !== null) return child.exitCode
      child.kill('SIGTERM')
      const [code] = await once(child, 'exit')
      return code
    },
  }
}
