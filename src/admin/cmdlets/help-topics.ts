import type { HelpTopic } from '../shell/built-in/help-topics.ts'

/** The topics about the server, beside those about the language. */
export const shellTopics: readonly HelpTopic[] = []
