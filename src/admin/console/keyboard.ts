import { type Interface, createInterface } from 'node:readline'
import { Readable, Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** The terminal's keys, as process.stdin gives them. */
export type TerminalInput = Readable & { setRawMode?(on: boolean): unknown }

/** The terminal's screen, as process.stdout is. */
export type TerminalOutput = Writable & { readonly columns?: number; readonly rows?: number }

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
  readonly complete?: (line: string, cursor: number) => Promise<KeyCompletion>
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

/**
 * Bytes that end a prompt: line ends, Ctrl-C, Ctrl-D. Keys behind one are not this prompt's. Those behind
 * a Tab wait until it is known what that puts in.
 */
const nextPiece = /^[^\r\n\x03\x04\t]*[\r\n\x03\x04\t]?/
const longestHistory = 1000

type CompleterCallback = (error: null, found: [string[], string]) => void

const keyReadings: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['\x03', { kind: 'interrupted' }],
  ['\x04', { kind: 'ended' }],
])

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
  #completing = false
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
      while (rest !== '' && reading === undefined && !this.#completing) {
        const piece = nextPiece.exec(rest)?.[0] ?? rest
        // A carriage return and a line feed are one line end.
        const length = rest.startsWith('\r\n', piece.length - 1) ? piece.length + 1 : piece.length
        rest = rest.slice(length)
        keys.emit('data', piece)
      }
      return rest
    }
    editor.prompt()
    if (prompt.command === true) this.#takeHeld()
    const found = await done.promise
    if (prompt.secret === true && found.kind === 'line') this.#output.write('\n')
    return found
  }

  /** Shows the label and reads one key; its letter is the line. */
  async readKey(label: string): Promise<Reading> {
    if (this.#ended) return { kind: 'ended' }
    this.#output.write(label)
    const { promise, resolve } = Promise.withResolvers<Reading>()
    this.#end = () => resolve({ kind: 'ended' })
    this.#feed = (text) => {
      this.#feed = undefined
      this.#end = undefined
      const line = text.charAt(0)
      resolve(keyReadings.get(line) ?? { kind: 'line', line })
      // What an arrow sends is one key.
      return line === '\x1b' ? '' : text.slice(1)
    }
    return await promise
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
            completer: (line: string, done: CompleterCallback) => {
              this.#completing = true
              void complete(line, line.length).then(({ insert, menu }) => {
                if (menu !== undefined) {
                  output.write(`\n${menu}`)
                  editor.prompt(true)
                }
                const found = insert && line.slice(line.length - insert.length)
                done(null, insert === undefined ? [[], ''] : [[insert.text], found ?? ''])
                this.#completing = false
                this.#takeHeld()
              })
            },
          }),
    })
    return editor
  }

  #takeHeld(): void {
    const typed = this.#held
    this.#held = ''
    this.#take(typed)
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
