import { z } from 'zod'
import { fieldJsonSchemas } from '../base/setting-fields.ts'
import { configFileSchema } from './config-file.ts'

/** The JSON Schema of a configuration file, for editors that complete and check YAML. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configFileSchema, {
    io: 'input',
    reused: 'inline',
    override({ zodSchema, jsonSchema }) {
      const field = fieldJsonSchemas.get(zodSchema)
      if (field === undefined) return
      for (const keyword of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, keyword)
      Object.assign(jsonSchema, field.jsonSchema())
    },
  })
  return { ...schema, title: 'Configuration of the edge relay' }
}
