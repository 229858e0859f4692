import { expect, test } from 'vitest'
import { startWarnings } from '../../../src/services/start-warnings.ts'

const warning = (line: number, path: string, message: string) => ({
  ...{ file: 'server.yaml', line, path, message },
})

test('one line for each kind of warning, with its first place and how many there are', () => {
  expect(
    startWarnings([
      warning(3, 'Users[0].Password', 'a password in clear; PasswordHash protects it'),
      warning(5, 'AcceptedDomains', 'there is no accepted domain: mail from outside is refused'),
      warning(9, 'SendConnectors[0].Password', 'a password in clear; PasswordFile keeps it'),
    ]),
  ).toEqual([
    'server.yaml:3:1 Users[0].Password: a password in clear; PasswordHash protects it (and 1 more: edge check-config)',
    'server.yaml:5:1 AcceptedDomains: there is no accepted domain: mail from outside is refused',
  ])
})
