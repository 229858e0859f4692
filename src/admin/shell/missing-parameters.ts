import { type Credential, SecureString, type Value } from '../values/value.ts'
import { type Bindings, converted, failMissing } from './bind.ts'
import type { Cmdlet, CmdletContext, Parameter } from './cmdlet.ts'
import { askCredential } from './credential-prompt.ts'
import type { Scope } from './evaluate.ts'

/** A command that lacks arguments, and somebody to ask. */
export interface MissingRequest {
  readonly cmdlet: Cmdlet
  readonly bound: Bindings
  readonly missing: readonly string[]
  readonly position: number
  readonly scope: Scope
  readonly ask: CmdletContext['ask']
}

/** Asks for the required parameters that were not given, as PowerShell does. */
export async function askMissing(request: MissingRequest): Promise<Bindings> {
  const { cmdlet, bound, missing, position, scope } = request
  const result = new Map(bound)
  let head = `\ncmdlet ${cmdlet.name} at command pipeline position ${position}\nSupply values for the following parameters:\n`
  const ask: CmdletContext['ask'] = async ({ label, secret }) => {
    const answer = await request.ask({ label: head + label, secret })
    head = ''
    return answer
  }
  for (const name of missing) {
    const parameter = cmdlet.parameters[name]
    if (parameter === undefined) continue
    const value = await answerFor({ name, parameter }, ask)
    if (value === undefined) failMissing(missing)
    result.set(name, converted({ name, parameter, value, now: scope.now() }))
  }
  return result
}

async function answerFor(
  { name, parameter }: { readonly name: string; readonly parameter: Parameter<unknown> },
  ask: CmdletContext['ask'],
): Promise<Value | undefined> {
  const { type } = parameter
  if (type.name === 'PSCredential') return await askCredentialFor(ask)
  if (type.name === 'SecureString') {
    const text = await ask({ label: `${name}: `, secret: true })
    return text === undefined ? undefined : new SecureString(text)
  }
  if (!type.name.endsWith('[]') && type.name !== 'MultiValuedProperty') {
    return await ask({ label: `${name}: `, secret: false })
  }
  return await answerList(name, ask)
}

const askCredentialFor = (ask: CmdletContext['ask']): Promise<Credential> => askCredential({ ask })

/** One value after the other, up to an empty one. */
async function answerList(name: string, ask: CmdletContext['ask']): Promise<Value | undefined> {
  const values: string[] = []
  for (;;) {
    const answer = await ask({ label: `${name}[${values.length}]: `, secret: false })
    if (answer === undefined) return undefined
    if (answer === '') return values.length === 0 ? undefined : values
    values.push(answer)
  }
}
