import { textWidth } from '../../format/text-width.ts'
import { type CmdletContext, defineCmdlet, parameter } from '../cmdlet.ts'
import { switchParameter } from '../parameter-types.ts'
import { renderedText } from './out-cmdlets.ts'

const label = '-- More -- (space: next page, Enter: next line, q: end)'
/** To the beginning of the line, and all behind it away. */
const erased = '\r\x1b[K'

/** `Get-MessageTrackingLog | more`. */
export const outHost = defineCmdlet({
  name: 'Out-Host',
  aliases: ['more', 'oh'],
  synopsis: 'Shows what comes to it, on a terminal a page at a time.',
  parameters: {
    Paging: parameter(switchParameter, {
      help: 'A page at a time, as it is anyway; -Paging:$false shows all without a stop.',
      defaultText: '$true',
    }),
  },
  examples: [
    { code: 'Get-ProtocolLog | more', text: 'Page by page; q ends the search as well.' },
    { code: 'Get-Help Set-ReceiveConnector -Full | more', text: 'A long text.' },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const page = new Page(context, given.Paging === false ? Infinity : context.height - 1)
    for await (const text of renderedText(input, context.width, context)) {
      if (!(await page.show(text))) return
    }
    page.end()
    yield* []
  },
})

/** Writes lines as far as the screen has room, and asks before each further page. */
class Page {
  readonly #context: CmdletContext
  readonly #height: number
  #room: number
  #begun = ''

  constructor(context: CmdletContext, height: number) {
    this.#context = context
    this.#height = Math.max(height, 1)
    this.#room = this.#height
  }

  /** False when nobody wants to see more. */
  async show(text: string): Promise<boolean> {
    const lines = (this.#begun + text).split('\n')
    this.#begun = lines.pop() ?? ''
    for (const line of lines) {
      const rows = Math.max(1, Math.ceil(textWidth(line) / this.#context.width))
      if (this.#room < Math.min(rows, this.#height) && !(await this.#wantsMore())) return false
      this.#room -= rows
      this.#context.writeHost(`${line}\n`)
    }
    return true
  }

  /** Writes what has no end of line. */
  end(): void {
    if (this.#begun !== '') this.#context.writeHost(`${this.#begun}\n`)
  }

  async #wantsMore(): Promise<boolean> {
    const key = await this.#context.ask({ label, secret: false, key: true })
    this.#context.writeHost(erased)
    if (key === undefined || /^[q\x1b]$/i.test(key)) return false
    this.#room = /^[\r\n]$/.test(key) ? 1 : this.#height
    return true
  }
}
