import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import { formatMailDate } from '../../../src/message/mail-date.ts'
import { countHops, receivedLine } from '../../../src/message/received-line.ts'

const time = Date.UTC(2016, 7, 5, 23, 24, 41)
const hop = {
  helloName: 'mx.sender.example',
  clientAddress: '198.51.100.7',
  fqdn: 'edge01.corp.example',
  localAddress: '192.0.2.10',
  time,
}
const unfold = (line: string) => line.replace(/\r\n(?=[ \t])/g, '')

describe('a trace field', () => {
  test("has Exchange's form", () => {
    expect(unfold(receivedLine(hop))).toBe(
      'Received: from mx.sender.example (198.51.100.7) by edge01.corp.example (192.0.2.10)' +
        ` with Microsoft SMTP Server id 15.2.1.0; ${formatMailDate(time)}\r\n`,
    )
  })

  test('names the TLS layer', () => {
    const tls = { version: 'TLS1_2', cipher: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384' }
    expect(unfold(receivedLine({ ...hop, tls }))).toContain(
      'with Microsoft SMTP Server (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.2.1.0;',
    )
  })

  test('tells a hop to the front end', () => {
    const line = unfold(receivedLine({ ...hop, viaFrontend: true }))
    expect(line).toContain('id 15.2.1.0 via Frontend Transport;')
  })

  test('is folded within 78 octets', () => {
    const lines = receivedLine(hop).split('\r\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(78)
  })

  test('a name given by the client cannot break the field', () => {
    const line = unfold(receivedLine({ ...hop, helloName: 'a) by evil\r\nBcc: x; (é' }))
    expect(line).toContain('from a??by?evil??Bcc:?x???? (198.51.100.7) by')
    expect(line.match(/\r\n/g)).toHaveLength(1)
  })

  test('a client without a name is named by its address', () => {
    const line = receivedLine({ ...hop, helloName: '', clientAddress: '2001:db8::7' })
    expect(line).toContain('from [2001:db8::7] (2001:db8::7)')
  })
})

test('counts hops, and those of this server by name', () => {
  const header = new HeaderBlock(
    Buffer.from(
      receivedLine(hop) +
        'Received: from x by EDGE01.corp.example\r\n\t(192.0.2.10); today\r\n' +
        'Received: by other.example; from edge01.corp.example\r\n' +
        'X-Received: by edge01.corp.example\r\n',
    ),
  )
  expect(countHops(header, ['edge01.corp.example', 'smtp.corp.example'])).toEqual({
    all: 3,
    local: 2,
  })
})
