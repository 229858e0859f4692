import {
  Credential,
  HashTable,
  isList,
  SecureString,
  ShellObject,
  type Value,
} from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { askCredential } from '../credential-prompt.ts'
import { refuseTogether } from '../parameter-sets.ts'
import { anyValue, switchParameter, text } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'

/** `$c = Get-Credential`. */
export const getCredential = defineCmdlet({
  name: 'Get-Credential',
  synopsis: 'Asks for a user name and a password.',
  description:
    'At a terminal the password is not shown. Without one, user name and password are read as two lines of standard input.',
  parameters: {
    UserName: parameter(anyValue, {
      help: 'The user name; only the password is asked for then.',
      position: 0,
      aliases: ['Credential'],
    }),
    Message: parameter(text, { help: 'A line to show before.' }),
  },
  examples: [
    {
      code: 'New-SendConnector -Name "To Edge" -AddressSpaces * -SmartHosts edge01.contoso.com -SmartHostAuthMechanism BasicAuthRequireTLS -AuthenticationCredential (Get-Credential)',
      text: 'Asks for the account while the connector is made.',
    },
  ],
  async *run({ given }, context) {
    if (given.UserName instanceof Credential) {
      yield given.UserName
      return
    }
    if (given.Message !== undefined) context.writeHost(`${given.Message}\n`)
    const name = given.UserName === undefined ? undefined : textOf(given.UserName)
    yield await askCredential(context, name)
  },
})

/** `ConvertTo-SecureString 'text' -AsPlainText -Force`. */
export const convertToSecureString = defineCmdlet({
  name: 'ConvertTo-SecureString',
  synopsis: 'Makes a text one that is never shown.',
  description:
    'The text stands in the command line and in the history; Get-Credential and Read-Host -AsSecureString ask for it instead.',
  parameters: {
    String: parameter(text, { help: 'The text.', position: 0, required: true, pipeline: 'value' }),
    AsPlainText: parameter(switchParameter, {
      help: 'Says that the text is given as it is. Must be given: an encrypted form is not read.',
    }),
    Force: parameter(switchParameter, { help: 'Says that you know that. Must be given.' }),
  },
  examples: [
    {
      code: "$p = ConvertTo-SecureString -String 'P@ssw0rd1' -AsPlainText -Force",
      text: 'A password for New-Object PSCredential.',
    },
  ],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }) {
    if (given.AsPlainText !== true || given.Force !== true) {
      throw new ShellError(
        'The text is given in plain sight, and only so can it be read: -AsPlainText and -Force must both be given.',
        { id: 'ImportSecureString_ForceRequired', category: 'InvalidArgument' },
      )
    }
    yield new SecureString(given.String)
  },
})

/** `Read-Host 'Password' -AsSecureString`. */
export const readHost = defineCmdlet({
  name: 'Read-Host',
  synopsis: 'Asks for a line of text.',
  parameters: {
    Prompt: parameter(text, { help: 'The question.', position: 0 }),
    AsSecureString: parameter(switchParameter, {
      help: 'The answer is not shown, and kept secret.',
    }),
  },
  examples: [
    { code: '$p = Read-Host "Password" -AsSecureString', text: 'A password that is not shown.' },
  ],
  async *run({ given }, context) {
    const secret = given.AsSecureString === true
    const answer = await context.ask({
      label: given.Prompt === undefined ? '' : `${given.Prompt}: `,
      secret,
    })
    if (answer === undefined) {
      throw new ShellError('There is no input to read.', { id: 'NoInput', category: 'ReadError' })
    }
    yield secret ? new SecureString(answer) : answer
  },
})

/** `New-Object System.Management.Automation.PSCredential("user", $p)`. */
export const newObject = defineCmdlet({
  name: 'New-Object',
  synopsis: 'Makes a credential of a user name and a secure string, or an object of properties.',
  parameters: {
    TypeName: parameter(text, {
      help: 'System.Management.Automation.PSCredential, or PSObject.',
      position: 0,
      required: true,
    }),
    ArgumentList: parameter(anyValue, {
      help: 'The user name and the password, as a secure string.',
      position: 1,
      aliases: ['Args'],
    }),
    Property: parameter(anyValue, { help: 'Of a PSObject: a table with its properties.' }),
  },
  examples: [
    {
      code: '$c = New-Object System.Management.Automation.PSCredential("contoso\\relay", $p)',
      text: 'A credential without a question; $p is a secure string.',
    },
    {
      code: "New-Object PSObject -Property @{Name='EDGE01';Queues=5} | Export-Csv report.csv",
      text: 'An object for a report.',
    },
  ],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }) {
    const { TypeName, ArgumentList, Property } = given
    refuseTogether(given, ['ArgumentList', 'Property'])
    if (/^(system\.management\.automation\.)?ps(custom)?object$/i.test(TypeName)) {
      yield customObject(Property ?? new HashTable([]))
    } else if (Property === undefined) yield madeCredential(TypeName, ArgumentList ?? null)
    else requireType(TypeName)
  },
})

function customObject(table: Value): Value {
  if (table instanceof HashTable) {
    return new ShellObject({ type: 'PSCustomObject', properties: new Map(table.entries) })
  }
  throw new ShellError("-Property takes a table: @{Name='x';Size=5}.", {
    ...{ id: 'PropertyTableNeeded', category: 'InvalidArgument' },
  })
}

function requireType(type: string): never {
  throw new ShellError(
    `Cannot find type [${type}]: this shell makes objects of the type System.Management.Automation.PSCredential only, and PSObject with -Property.`,
    { id: 'TypeNotFound', category: 'InvalidType', target: type },
  )
}

function madeCredential(type: string, items: Value): Value {
  if (!/^(system\.management\.automation\.)?pscredential$/i.test(type)) requireType(type)
  const [name, password] = isList(items) ? items : []
  if (typeof name === 'string' && name !== '' && password instanceof SecureString) {
    return new Credential(name, password)
  }
  throw new ShellError(
    'A credential is made of a user name and a secure string: New-Object System.Management.Automation.PSCredential("user", $p), where $p = ConvertTo-SecureString -AsPlainText -Force.',
    { id: 'ConstructorInvokedThrowException', category: 'InvalidArgument' },
  )
}
