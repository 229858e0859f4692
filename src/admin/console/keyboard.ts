import { type Interface, createInterface } from 'node:readline'
import { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** The terminal's keys, as process.stdin gives them. */
export type TerminalInput = Readable & { setRawMode?(on: boolean): unknown }

/** The terminal's screen, as process.stdout is. */
export type TerminalOutput = Writable & { readonly columns?: number }

/** What is to be read. */
export interface Prompt {
  readonly label: string
  /** The answer is not shown. */
  readonly secret?: boolean
  /**
   * The next command: what was typed while the last one ran belongs to it. A question is only
   * answered by what is typed once it stands there, lest a pasted command become an answer.
   */
  readonly command?: boolean
  /** Earlier lines for the arrow keys, the last one first. */
  readonly history?: readonly string[]
  readonly complete?: (line: string, cursor: number) => KeyCompletion
}

/** What the Tab key does to the text before the cursor. */
export interface KeyCompletion {
  /** What takes the place of its last `length` letters. */
  readonly insert?: { readonly length: number; readonly text: string } | undefined
  /** What is shown above the line. */
  readonly menu?: string | undefined
}

/** What became of a prompt. */
export type Reading =
  | { readonly kind: 'line'; readonly line: string }
  /** Ctrl-C. */
  | { readonly kind: 'interrupted' }
  /** Ctrl-D, or the terminal is gone. */
  | { readonly kind: 'ended' }

/** Bytes that end a prompt: line ends, Ctrl-C, Ctrl-D. Keys behind one are not this prompt's. */
const nextPiece = /^[^\r\n\x03\x04]*[\r\n\x03\x04]?/
const longestHistory = 1000

/**
 * A terminal's keyboard. Lines are edited by node:readline; in between, while commands run, keys are
 * kept for the next prompt and Ctrl-C is heard. The terminal is in raw mode from `open` to `close`.
 */
export class Keyboard implements Disposable {
  readonly #input: TerminalInput
  readonly #output: TerminalOutput
  readonly #decoder = new StringDecoder('utf8')
  /** Typed, and not yet asked for. */
  #held = ''
  #feed: ((text: string) => string) | undefined
  #ended = false
  #end: (() => void) | undefined
  #isOpen = false
  /** Called at Ctrl-C while nothing is read. */
  onInterrupt: (() => void) | undefined

  constructor(input: TerminalInput, output: TerminalOutput) {
    this.#input = input
    this.#output = output
  }

  open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#input.setRawMode?.(true)
    this.#input.on('data', this.#take).on('end', this.#gone).on('error', this.#gone)
    this.#input.resume()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#input.off('data', this.#take).off('end', this.#gone)
    this.#input.setRawMode?.(false)
    this.#input.pause()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Shows the prompt and reads a line. One at a time. */
  async read(prompt: Prompt): Promise<Reading> {
    if (this.#ended) return { kind: 'ended' }
    const keys = new Readable({ read: () => undefined })
    const editor = this.#editor(prompt, keys)
    let reading: Reading | undefined
    const done = Promise.withResolvers<Reading>()
    const finish = (found: Reading) => {
      if (reading !== undefined) return
      reading = found
      this.#feed = undefined
      this.#end = undefined
      editor.close()
      done.resolve(found)
    }
    editor.on('line', (line) => finish({ kind: 'line', line }))
    editor.on('SIGINT', () => {
      // From the end of the line, so that the mark hides nothing.
      editor.write(null, { ctrl: true, name: 'e' })
      this.#output.write('^C\n')
      finish({ kind: 'interrupted' })
    })
    editor.on('close', () => {
      if (reading === undefined) this.#output.write('\n')
      finish({ kind: 'ended' })
    })
    editor.on('SIGTSTP', () => this.#suspend(editor))
    this.#end = () => editor.close()
    this.#feed = (text) => {
      let rest = text
      while (rest !== '' && reading === undefined) {
        const piece = nextPiece.exec(rest)?.[0] ?? rest
        // A carriage return and a line feed are one line end.
        const length = rest.startsWith('\r\n', piece.length - 1) ? piece.length + 1 : piece.length
        rest = rest.slice(length)
        keys.emit('data', piece)
      }
      return rest
    }
    editor.prompt()
    if (prompt.command === true) {
      const typed = this.#held
      this.#held = ''
      this.#take(typed)
    }
    const found = await done.promise
    if (prompt.secret === true && found.kind === 'line') this.#output.write('\n')
    return found
  }

  #editor({ label, secret = false, history = [], complete }: Prompt, keys: Readable): Interface {
    const output = this.#output
    if (secret) output.write(label)
    const editor = createInterface({
      input: keys,
      output: secret ? new Writable({ write: (_chunk, _encoding, done) => done() }) : output,
      terminal: true,
      prompt: secret ? '' : label,
      history: [...history],
      historySize: history.length === 0 ? 0 : longestHistory,
      removeHistoryDuplicates: true,
      escapeCodeTimeout: 50,
      ...(complete === undefined || secret
        ? {}
        : {
            completer: (line: string): [string[], string] => {
              const { insert, menu } = complete(line, line.length)
              if (menu !== undefined) {
                output.write(`\n${menu}`)
                editor.prompt(true)
              }
              if (insert === undefined) return [[], '']
              return [[insert.text], line.slice(line.length - insert.length)]
            },
          }),
    })
    return editor
  }

  readonly #take = (chunk: Buffer | string): void => {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk)
    if (this.#feed !== undefined) {
      this.#held += this.#feed(text)
      return
    }
    const stop = text.lastIndexOf('\x03')
    if (stop === -1) {
      this.#held += text
      return
    }
    // As a terminal does: what was typed before Ctrl-C goes with it.
    this.#held = text.slice(stop + 1)
    this.#output.write('^C\n')
    this.onInterrupt?.()
  }

  readonly #gone = (): void => {
    this.#ended = true
    this.#end?.()
    this.onInterrupt?.()
  }

  /** Ctrl-Z: hands the terminal to the system's shell, and takes it back at `fg`. */
  #suspend(editor: Interface): void {
    this.#input.setRawMode?.(false)
    process.once('SIGCONT', () => {
      if (this.#isOpen) this.#input.setRawMode?.(true)
      editor.prompt(true)
    })
    process.kill(process.pid, 'SIGTSTP')
  }
}
