import { hashPassword } from '../../../receive/users/password.ts'
import { type User, userSchema } from '../../../receive/users/user.ts'
import { tableView } from '../../values/view.ts'
import { type Cmdlet, defineCmdlet, parameter, refused } from '../../shell/cmdlet.ts'
import { identityAmong, secureString, text } from '../../shell/parameter-types.ts'
import { ShellError } from '../../shell/shell-error.ts'
import { Flags, type SecureString, ShellObject } from '../../values/value.ts'
import { changingCmdlet } from './changing-cmdlet.ts'
import type { Configuration } from './configuration.ts'
import { type ListNoun, addItem, changeItem, removeItem, shownItems } from './list-noun.ts'
import { definite, givenChanges, settingParameters } from './setting-parameters.ts'

const section = 'Users'
const { Groups, EmailAddresses } = settingParameters(section, userSchema, {
  Groups:
    'The groups: ExchangeUsers may send as their own addresses, ExchangeServers are servers of the organisation, Partners are servers of partners.',
  EmailAddresses: 'The addresses that the user may send as.',
})
const settings = {
  ...(Groups && { Groups }),
  ...(EmailAddresses && { EmailAddresses }),
}
const Password = parameter(secureString, {
  help: 'The password: (Read-Host -AsSecureString), or of a credential. Only its hash is kept.',
})

const objectOf = (user: User): ShellObject =>
  new ShellObject({
    type: 'LocalUser',
    view: tableView('Name', 'Groups', 'EmailAddresses'),
    properties: {
      Name: user.UserName,
      Groups: new Flags(user.Groups),
      EmailAddresses: user.EmailAddresses,
      PasswordKeptAs: passwordKeptAs(user),
      Identity: user.UserName,
    },
  })

const noun: ListNoun<User> = {
  section,
  type: 'LocalUser',
  title: 'local user',
  items: ({ Users }) => Users,
  nameOf: ({ UserName }) => UserName,
  show: objectOf,
}

const named = {
  help: 'The name of the user.',
  position: 0,
  required: true,
  pipeline: 'both',
  aliases: ['Identity', 'InputObject'],
} as const

const noAccount = 'an account here has a name, a password and groups only.'
const refusals = {
  Description: refused(noAccount),
  FullName: refused(noAccount),
  AccountExpires: refused(noAccount),
  AccountNeverExpires: refused('accounts do not expire here.'),
  PasswordNeverExpires: refused('passwords do not expire here.'),
}
const noChange = refused('users cannot change their passwords here.')
/** Windows names an account by a SID, too. */
const noSid = { SID: refused('accounts have no SID; give -Name.') }

/** The commands on the accounts that may log in. */
export function localUserCmdlets(configuration: Configuration): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Get-LocalUser',
      synopsis: 'Shows the accounts that clients may log in with.',
      parameters: {
        Name: parameter(identityAmong('Get-LocalUser', 'Name'), {
          ...named,
          required: false,
          wildcards: true,
        }),
        ...noSid,
      },
      outputs: ['Name', 'Groups', 'EmailAddresses', 'PasswordKeptAs', 'Identity'],
      examples: [{ code: 'Get-LocalUser', text: 'Lists all accounts.' }],
      async *run({ given }) {
        yield* shownItems(noun, await configuration.read(), given.Name)
      },
    }),
    newCmdlet(configuration),
    setCmdlet(configuration),
    changingCmdlet(configuration, {
      name: 'Remove-LocalUser',
      synopsis: 'Removes an account.',
      parameters: { Name: parameter(identityAmong('Get-LocalUser', 'Name'), named), ...noSid },
      confirms: 'always',
      examples: [{ code: "Remove-LocalUser 'EDGE01\\printer'", text: 'Asks, and removes it.' }],
      async change(given, attempt) {
        await removeItem(noun, attempt, { identity: given.Name })
        return []
      },
    }),
  ]
}

function newCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'New-LocalUser',
    synopsis: 'Makes an account that clients may log in with.',
    parameters: {
      Name: parameter(text, {
        help: 'The name: user, DOMAIN\\user or user@domain.',
        ...{ position: 0, required: true },
      }),
      Password: { ...Password, required: true },
      ...settings,
      ...refusals,
      UserMayNotChangePassword: noChange,
      Disabled: refused('an account is there or not.'),
      NoPassword: refused('an account needs a password.'),
    },
    outputs: ['Name', 'Groups', 'EmailAddresses'],
    examples: [
      {
        code: "New-LocalUser 'EDGE01\\mailbox-servers' -Password (Read-Host -AsSecureString) -Groups ExchangeServers",
        text: 'Makes the account by which the Mailbox servers log in.',
      },
    ],
    async change(given, attempt) {
      attempt.concerns(given.Name)
      const settings = {
        UserName: given.Name,
        PasswordHash: await hashOf(given.Password),
        ...definite(givenChanges(given, undefined)),
      }
      return await addItem(noun, attempt, { name: given.Name, settings })
    },
  })
}

function setCmdlet(configuration: Configuration): Cmdlet {
  return changingCmdlet(configuration, {
    name: 'Set-LocalUser',
    synopsis: 'Changes an account.',
    parameters: {
      Name: parameter(identityAmong('Get-LocalUser', 'Name'), named),
      NewName: parameter(text, { help: 'The new name.' }),
      Password,
      ...settings,
      ...refusals,
      ...noSid,
      UserMayChangePassword: noChange,
    },
    examples: [
      {
        code: "Set-LocalUser 'EDGE01\\printer' -Password (Read-Host -AsSecureString)",
        text: 'Gives it another password.',
      },
    ],
    async change(given, attempt) {
      attempt.concerns(given.Name)
      const hash = given.Password === undefined ? undefined : await hashOf(given.Password)
      const password = { Password: undefined, PasswordFile: undefined, PasswordHash: hash }
      return await changeItem(noun, attempt, {
        identity: given.Name,
        verb: 'Setting',
        edit: (user) => ({
          ...givenChanges(given, objectOf(user)),
          ...(given.NewName !== undefined && { UserName: given.NewName }),
          ...(hash !== undefined && password),
        }),
      })
    },
  })
}

async function hashOf(password: SecureString): Promise<string> {
  const text = password.reveal()
  if (text !== '') return await hashPassword(text)
  throw new ShellError('The password must not be empty.', {
    ...{ id: 'InvalidPassword', category: 'InvalidArgument' },
  })
}

function passwordKeptAs({ PasswordHash, PasswordFile }: User): string {
  if (PasswordHash !== undefined) return 'Hash'
  return PasswordFile === undefined ? 'ClearText' : 'File'
}
