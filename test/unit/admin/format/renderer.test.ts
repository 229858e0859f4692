import { describe, expect, test } from 'vitest'
import {
  ByteSize,
  Credential,
  Flags,
  HashTable,
  Laid,
  type Layout,
  SecureString,
  ShellObject,
  TimeSpan,
  type Value,
} from '../../../../src/admin/values/value.ts'
import { Renderer } from '../../../../src/admin/format/renderer.ts'
import { tableView } from '../../../../src/admin/values/view.ts'

function rendered(values: readonly Value[], width = 80, colour = false) {
  let text = ''
  const warnings: string[] = []
  const renderer = new Renderer({
    ...{ width, colour, listLimit: 16 },
    write: (piece) => (text += piece),
    warn: (warning) => warnings.push(warning),
  })
  for (const value of values) renderer.write(value)
  renderer.end()
  return { text, warnings }
}

const queueView = tableView(
  'Identity',
  { property: 'DeliveryType', maxWidth: 22 },
  'Status',
  { property: 'MessageCount', align: 'left' },
  'NextHopDomain',
  'LastError',
)

const queue = (Identity: string, MessageCount: number, LastError: string | null) =>
  new ShellObject({
    type: 'Queue',
    view: queueView,
    properties: {
      ...{ Identity, DeliveryType: 'SmartHostConnectorDelivery', Status: 'Retry', MessageCount },
      ...{ NextHopDomain: 'mbxserver01.contoso.com,mbxserver02.contoso.com', LastError },
    },
  })

const queues = [
  queue(
    'EDGE01\\3',
    4,
    '451 4.4.0 Primary target IP address responded with: "421 4.2.1 Unable to connect."',
  ),
  queue('EDGE01\\Submission', 12_000, null),
]

const connector = new ShellObject({
  type: 'ReceiveConnector',
  view: tableView('Identity', 'Bindings', 'Enabled'),
  properties: {
    AuthMechanism: new Flags(['Tls', 'BasicAuth']),
    Bindings: ['0.0.0.0:25', '[::]:25'],
    RemoteIPRanges: Array.from({ length: 20 }, (_, at) => `192.0.2.${at + 1}`),
    Banner: null,
    Enabled: true,
    MaxMessageSize: new ByteSize(36_700_160),
    MaxInboundConnection: Infinity,
    ConnectionTimeout: new TimeSpan(600_000),
    MessageExpirationTimeout: new TimeSpan(2 * 86_400_000),
    WhenCreated: new Date(2026, 10, 21, 6, 1, 52),
    Identity: 'EDGE01\\Default internal receive connector EDGE01',
  },
})

const list: Layout = { kind: 'list' }
const laidList = (object: ShellObject) =>
  new Laid(
    list,
    [...object.properties].map(([title, value]) => ({ title, value })),
  )

describe('default view', () => {
  test('a table for its kind at 80 columns', () => {
    expect(`\n${rendered(queues).text}`).toMatchInlineSnapshot(`
      "

      Identity          DeliveryType  Status MessageCount NextHopDomain LastError
      --------          ------------  ------ ------------ ------------- ---------
      EDGE01\\3          SmartHostC... Retry  4            mbxserver0... 451 4.4.0 ...
      EDGE01\\Submission SmartHostC... Retry  12000        mbxserver0...

      "
    `)
  })

  test('the same at 120 columns', () => {
    expect(`\n${rendered(queues, 120).text}`).toMatchInlineSnapshot(`
      "

      Identity          DeliveryType           Status MessageCount NextHopDomain                 LastError
      --------          ------------           ------ ------------ -------------                 ---------
      EDGE01\\3          SmartHostConnectorD... Retry  4            mbxserver01.contoso.com,mb... 451 4.4.0 Primary target I...
      EDGE01\\Submission SmartHostConnectorD... Retry  12000        mbxserver01.contoso.com,mb...

      "
    `)
  })

  test('an object of few properties is a table, and one of many a list', () => {
    const small = new ShellObject({ type: 'Small', properties: { Name: 'a', Count: 7 } })
    const large = new ShellObject({
      type: 'Large',
      properties: { A: 1, B: 2, Long: 'x', D: true, E: null },
    })
    expect(`\n${rendered([small, small, large]).text}`).toMatchInlineSnapshot(`
      "

      Name Count
      ---- -----
      a        7
      a        7


      A    : 1
      B    : 2
      Long : x
      D    : True
      E    :

      "
    `)
  })

  test('text, numbers and dates stand on lines of their own', () => {
    const date = new Date(2026, 10, 21, 18, 1, 52)
    expect(rendered(['a', 5, true, null, ['b', Infinity], date]).text).toBe(
      'a\n5\nTrue\nb\nUnlimited\nSaturday, November 21, 2026 6:01:52 PM\n',
    )
  })

  test('a hash table and a credential, whose password is never shown', () => {
    const table = new HashTable([
      ['Add', ['a', 'b']],
      ['Size', new ByteSize(1024)],
    ])
    const credential = new Credential('contoso\\relay', new SecureString('P@ss'))
    const { text } = rendered([table, credential])
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "

      Name Value
      ---- -----
      Add  {a, b}
      Size 1 KB (1,024 bytes)


      UserName      Password
      --------      --------
      contoso\\relay System.Security.SecureString

      "
    `)
    expect(text).not.toContain('P@ss')
  })
})

describe('lists', () => {
  test("every property in Exchange's notation at 80 columns", () => {
    expect(`\n${rendered([laidList(connector)]).text}`).toMatchInlineSnapshot(`
      "

      AuthMechanism            : Tls, BasicAuth
      Bindings                 : {0.0.0.0:25, [::]:25}
      RemoteIPRanges           : {192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4,
                                 192.0.2.5, 192.0.2.6, 192.0.2.7, 192.0.2.8,
                                 192.0.2.9, 192.0.2.10, 192.0.2.11, 192.0.2.12,
                                 192.0.2.13, 192.0.2.14, 192.0.2.15, 192.0.2.16, ...}
      Banner                   :
      Enabled                  : True
      MaxMessageSize           : 35 MB (36,700,160 bytes)
      MaxInboundConnection     : Unlimited
      ConnectionTimeout        : 00:10:00
      MessageExpirationTimeout : 2.00:00:00
      WhenCreated              : 11/21/2026 6:01:52 AM
      Identity                 : EDGE01\\Default internal receive connector EDGE01

      "
    `)
  })

  test('the same at 120 columns', () => {
    expect(`\n${rendered([laidList(connector)], 120).text}`).toMatchInlineSnapshot(`
      "

      AuthMechanism            : Tls, BasicAuth
      Bindings                 : {0.0.0.0:25, [::]:25}
      RemoteIPRanges           : {192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5, 192.0.2.6, 192.0.2.7, 192.0.2.8,
                                 192.0.2.9, 192.0.2.10, 192.0.2.11, 192.0.2.12, 192.0.2.13, 192.0.2.14, 192.0.2.15,
                                 192.0.2.16, ...}
      Banner                   :
      Enabled                  : True
      MaxMessageSize           : 35 MB (36,700,160 bytes)
      MaxInboundConnection     : Unlimited
      ConnectionTimeout        : 00:10:00
      MessageExpirationTimeout : 2.00:00:00
      WhenCreated              : 11/21/2026 6:01:52 AM
      Identity                 : EDGE01\\Default internal receive connector EDGE01

      "
    `)
  })

  test('objects have a blank line between them', () => {
    const item = new Laid(list, [{ title: 'Name', value: 'a' }])
    expect(rendered([item, item]).text).toBe('\nName : a\n\nName : a\n\n')
  })
})

describe('tables', () => {
  const layout = { kind: 'table', autoSize: false, wrap: false, hideHeaders: false } as const
  const row = (use: Layout, fields: Record<string, Value>) =>
    new Laid(
      use,
      Object.entries(fields).map(([title, value]) => ({ title, value })),
    )

  test('numbers stand on the right', () => {
    const rows = [row(layout, { Name: 'a', Count: 7 }), row(layout, { Name: 'b', Count: 1200 })]
    expect(rendered(rows).text).toBe('\nName Count\n---- -----\na        7\nb     1200\n\n')
  })

  test('long values go on in the next line with -Wrap', () => {
    const wrapping: Layout = { ...layout, wrap: true }
    const rows = [
      row(wrapping, { Name: 'a', Text: 'one two three four five six seven eight nine' }),
    ]
    expect(rendered(rows, 30).text).toBe(
      '\nName Text\n---- ----\na    one two three four five\n     six seven eight nine\n\n',
    )
  })

  test('without titles', () => {
    expect(rendered([row({ ...layout, hideHeaders: true }, { Name: 'a' })]).text).toBe('\na\n\n')
  })

  test('columns for which there is no room are left out, and it is told', () => {
    const wide = Object.fromEntries(
      ['Alphabetical', 'Betahorizontal', 'Gammaray1'].map((name) => [name, name]),
    )
    const { text, warnings } = rendered([row(layout, wide)], 30)
    expect(text).not.toContain('Gammaray1')
    expect(warnings).toEqual([
      'column "Gammaray1" does not fit into the display and it was removed.',
    ])
  })

  test('letters of double width keep the columns straight', () => {
    const rows = [
      row(layout, { Subject: '\u4f60\u597d', N: 'x' }),
      row(layout, { Subject: 'hello', N: 'y' }),
    ]
    expect(rendered(rows).text).toContain('\u4f60\u597d    x\nhello   y\n')
  })

  test('escape sequences from outside do not reach the terminal', () => {
    expect(rendered([row(layout, { Subject: 'a\x1b[31mb\r\nc' })]).text).toContain('a\ufffd[31mb c')
  })

  test('rows behind the first 200 fit the columns settled by these', () => {
    const rows = Array.from({ length: 300 }, (_, at) =>
      row(layout, { Name: at === 250 ? 'a very long name indeed' : 'short name' }),
    )
    expect(rendered(rows).text.split('\n')[253]).toBe('a very ...')
  })

  test('a row that those shown early leave too little room begins the table anew', () => {
    let text = ''
    const renderer = new Renderer({
      ...{ width: 80, colour: false, listLimit: 16, warn: () => undefined },
      write: (piece) => (text += piece),
    })
    const named = (Name: string) =>
      new ShellObject({ type: 'Domain', view: tableView('Name', 'Enabled'), properties: { Name } })
    for (const name of ['contoso', 'fabrikam', 'tailspin']) {
      renderer.write(named(name))
      renderer.flush()
    }
    renderer.end()
    expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
      ...['', 'Name    Enabled', '----    -------', 'contoso'],
      ...['', 'Name     Enabled', '----     -------', 'fabrikam', 'tailspin', '', ''],
    ])
  })

  test('colours only when wanted', () => {
    expect(rendered([row(layout, { Name: 'a' })], 80, true).text).toBe(
      '\n\x1b[32;1mName\x1b[0m\n\x1b[32;1m----\x1b[0m\na\n\n',
    )
  })
})
