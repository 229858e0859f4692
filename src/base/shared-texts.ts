/** So many texts are remembered at a time. */
const most = 1000

/** Gives equal texts as one string, so that a hundred thousand owners of a few texts hold those few. */
export class SharedTexts<Text extends string = string> {
  readonly #known = new Map<Text, Text>()

  of(text: Text): Text {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size >= most) this.#known.clear()
    this.#known.set(text, text)
    return text
  }
}
