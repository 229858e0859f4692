import { pipedWidth } from '../format/renderer.ts'
import type { ShellHost } from './host.ts'
import type { ObjectNames } from './parameter-type.ts'
import type { LineOptions } from './line-options.ts'

/** As many as a menu can be of use with. */
const mostNames = 200

/** A screen that nobody sees. */
class HiddenHost implements ShellHost {
  readonly width = pipedWidth
  readonly height = Infinity
  readonly messageWidth = Infinity
  readonly colour = false
  readonly interactive = false
  text = ''

  output(text: string): void {
    this.text += text
  }

  error(): void {
    // What cannot be asked is not offered.
  }

  notice(): void {
    // A warning would stand in the middle of the line that is typed.
  }

  clear(): void {
    // There is nothing on it.
  }

  ask(): Promise<undefined> {
    return Promise.resolve(undefined)
  }
}

/** What the objects that there are now are called; as many as come until the signal. */
export async function objectNames(
  { command, properties }: ObjectNames,
  run: (line: string, options: LineOptions) => Promise<unknown>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const host = new HiddenHost()
  const values = properties.map((property) => `"$($_.${property})"`).join('; ')
  await run(`${command} | Select-Object -First ${mostNames} | ForEach-Object {${values}}`, {
    ...{ host, signal, final: true },
  })
  return [...new Set(host.text.split('\n'))].filter((name) => name !== '')
}
