import { z } from 'zod'
import type { ItemNotation } from '../../base/setting-fields.ts'
import { type Binding, formatBinding, parseBinding } from './binding.ts'

/** A settings field holding one binding. */
export const binding = () =>
  z
    .string({ error: 'must be an address and port such as 0.0.0.0:25 or [::]:25' })
    .transform((value, context): Binding => {
      const result = parseBinding(value)
      if (result !== undefined) return result
      context.issues.push({
        code: 'custom',
        input: value,
        message: `must be an address and port such as 0.0.0.0:25 or [::]:25, not "${value}"`,
      })
      return z.NEVER
    })

/** Bindings as cmdlets take them. */
export const bindingNotation: ItemNotation = {
  type: 'IPBinding',
  canonical: (text) => {
    const parsed = parseBinding(text)
    return parsed && formatBinding(parsed)
  },
}
