import { HeaderCollector } from '../../src/message/header-collector.ts'

/** Content as a store has it. */
export interface ContentParts {
  readonly header: Buffer
  readonly body: Buffer
}

/** The two parts of content that is given whole. */
export function splitContent(content: Buffer): ContentParts {
  const collector = new HeaderCollector(Infinity)
  const progress = collector.push(content)
  const { header, body } = progress.kind === 'complete' ? progress : collector.end()
  return { header: header.bytes, body }
}
