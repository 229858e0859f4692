import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  poisonQueue,
  redirectionQueue,
  submissionQueue,
} from '../../../../../src/queue/queue-key.ts'
import { FakeQueueServer } from '../../../../support/fake-queue-server.ts'
import { messageView, queueView } from '../../../../support/queue-views.ts'
import { runQueueLine } from '../../../../support/run-queue-line.ts'

function queues(): FakeQueueServer {
  const server = new FakeQueueServer()
  server.views = [
    queueView(0, { key: submissionQueue, MessageCount: 0 }),
    queueView(1, { MessageCount: 12, Status: 'Retry', LastError: 'x'.repeat(500) }),
    queueView(2, { MessageCount: 3, OutgoingRate: 0.5, IncomingRate: 2 }),
  ]
  server.found = [
    messageView(1, 17),
    messageView(1, 18, { FromAddress: 'eve@fabrikam.test', Status: 'Suspended' }),
    messageView(2, 17),
  ]
  return server
}

describe('Get-Queue', () => {
  test('leaves out on a narrow screen what is missed least, by Format-Table as well', async () => {
    const plain = await runQueueLine(queues(), 'Get-Queue', { width: 80 })
    expect(plain.out).toMatch(/Velocity NextHopDomain\n/)
    const formatted = await runQueueLine(queues(), 'Get-Queue | ft', { width: 80 })
    expect(formatted).toEqual(plain)
  })

  test('shows Exchange’s columns; a long error makes no wide row', async () => {
    const { out } = await runQueueLine(queues(), 'Get-Queue')
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      '',
      'Identity          DeliveryType         Status MessageCount Velocity RiskLevel OutboundIPPool NextHopDomain',
      '--------          ------------         ------ ------------ -------- --------- -------------- -------------',
      'EDGE01\\Submission Undefined            Ready  0            0        Normal    0              Submission',
      'EDGE01\\1          DnsConnectorDelivery Retry  12           0        Normal    0              d1.test',
      'EDGE01\\2          DnsConnectorDelivery Ready  3            -1.5     Normal    0              d2.test',
      '',
      '',
    ])
  })
  test('on a narrow screen leaves out what is seldom of use, not the next hop', async () => {
    const { out, notices } = await runQueueLine(queues(), 'Get-Queue', { width: 80 })
    expect(out).toMatch(/^Identity +DeliveryType +Status MessageCount Velocity NextHopDomain$/m)
    expect(out).toMatch(/^EDGE01\\1 .* Retry  12 +0 +d1\.test$/m)
    expect(notices).toBe('')
  })
  test.each(['EDGE02\\Poison', 'EDGE02\\*', 'EDGE01.fabrikam.com\\1', '-Server EDGE02'])(
    'fails with %s, which is of another server',
    async (parameters) => {
      const { out, errors } = await runQueueLine(queues(), `Get-Queue ${parameters}`)
      expect(out).toBe('')
      expect(errors).toMatch(
        /The server 'EDGE0\S+' couldn't be found: these commands manage 'EDGE01' only\./,
      )
    },
  )
  test.each([
    ['-Identity EDGE01\\1', ['1']],
    ['2', ['2']],
    ['d2.TEST', ['2']],
    ['edge01.contoso.com\\1', ['1']],
    ['*', ['Submission', '1', '2']],
    [`-Filter {Status -eq 'Retry' -and MessageCount -gt 10}`, ['1']],
    ['-Include DnsConnectorDelivery -Exclude Empty', ['1', '2']],
    ['-Exclude External', ['Submission']],
    ['-Exclude Internal', ['1', '2']],
    ['-Include Retry,Undefined', ['Submission', '1']],
    ['-Include ShadowRedundancy', []],
    ['EDGE01\\Submission', ['Submission']],
    ['localhost\\2', ['2']],
    ['EDGE01\\*', ['Submission', '1', '2']],
    ['.\\2', ['2']],
    ['EDGE0*\\2', ['2']],
    ['*2\\*', []],
    ['Unreachable', []],
    ['EDGE01\\Poison', []],
    ['*.test', ['1', '2']],
    ['-ResultSize 1', ['Submission']],
  ])('with %s shows %s', async (parameters, expected) => {
    const { out, errors } = await runQueueLine(queues(), `Get-Queue ${parameters} | % Identity`)
    expect(errors).toBe('')
    expect(out.split('\n').filter(Boolean)).toEqual(expected.map((name) => `EDGE01\\${name}`))
  })
  test('says when there are more, and when there is none of that name', async () => {
    expect((await runQueueLine(queues(), 'Get-Queue -ResultSize 2')).notices).toMatch(
      /WARNING: There are more/,
    )
    expect((await runQueueLine(queues(), 'Get-Queue 9')).errors).toContain(
      "The queue '9' couldn't be found.",
    )
  })
  test('tells of a worker that does not answer, and shows what the others have', async () => {
    const server = queues()
    server.silent = 'not all is shown: worker 2 does not run'
    const { out, errors, result } = await runQueueLine(server, 'Get-Queue')
    expect(errors).toContain('not all is shown: worker 2')
    expect(out).toContain('EDGE01\\1')
    expect(result).toEqual({ kind: 'done', failed: true })
  })
})

describe('changing queues', () => {
  test.each([
    ['Suspend-Queue EDGE01\\1', ['suspend d1.test']],
    ['Resume-Queue -Filter {MessageCount -gt 2}', ['resume d1.test', 'resume d2.test']],
    ['Get-Queue 2 | Suspend-Queue', ['suspend d2.test']],
    ['Suspend-Queue 1 -WhatIf', []],
    ['Retry-Queue 1', ['retry d1.test']],
    ['Retry-Queue 1 -Resubmit $true', ['resubmit d1.test']],
  ])('%s does %s', async (line, asked) => {
    const server = queues()
    const { errors } = await runQueueLine(server, line)
    expect(errors).toBe('')
    expect(server.asked).toEqual(asked)
  })
  test.each([
    ['Suspend-Queue', 'Say which queues'],
    ['Suspend-Queue Submission', 'The Submission queue cannot be suspended'],
    ['Suspend-Queue Poison', "The queue 'Poison' couldn't be found."],
    ['Suspend-Queue 1 -Filter {MessageCount -gt 1}', 'cannot be used together'],
  ])('%s is refused', async (line, why) => {
    const server = queues()
    expect((await runQueueLine(server, line)).errors.replaceAll(/\s+/g, ' ')).toContain(why)
    expect(server.asked).toEqual([])
  })
  test('the Poison queue cannot be suspended: its messages are', async () => {
    const server = queues()
    server.views = [queueView(3, { key: poisonQueue, Identity: 'EDGE01\\Poison' })]
    const { errors } = await runQueueLine(server, 'Suspend-Queue Poison')
    expect(errors.replaceAll(/\s+/g, ' ')).toContain('The Poison queue cannot be suspended')
    expect(server.asked).toEqual([])
  })
  test.each(['*', 'EDGE01\\*', '-Filter {MessageCount -ge 0}'])(
    'Suspend-Queue %s suspends all that can be',
    async (meant) => {
      const server = queues()
      const { errors, notices } = await runQueueLine(server, `Suspend-Queue ${meant}`)
      expect(errors).toBe('')
      expect(server.asked).toEqual(['suspend d1.test', 'suspend d2.test'])
      expect(notices.replaceAll(/\s+/g, ' ')).toContain('Submission queue cannot be suspended')
    },
  )
  test('Retry-Queue says why nothing is to be done', async () => {
    const { notices } = await runQueueLine(queues(), 'Retry-Queue 2')
    expect(notices.replaceAll(/\s+/g, ' ')).toContain(
      'have messages waiting and are not suspended are retried; the status of "EDGE01\\2" is Ready.',
    )
  })
})

test('Get-QueueDigest sums up what is worth a line', async () => {
  const { out } = await runQueueLine(
    queues(),
    'Get-QueueDigest -Server EDGE01 -GroupBy Status | ForEach-Object { $_.GroupByValue + " " + $_.MessageCount }',
  )
  expect(out.trim()).toBe('Retry 12')
})

test.each([
  ['', ['d1.test']],
  ['-Exclude Retry', []],
  ['-Include External -DetailsLevel None', ['d1.test']],
  ['-Include Internal', []],
])('Get-QueueDigest %s takes the queues for %s', async (parameters, domains) => {
  const line = `Get-QueueDigest -Server EDGE01 ${parameters} | % GroupByValue`
  const { out, errors } = await runQueueLine(queues(), line)
  expect(errors).toBe('')
  expect(out.split('\n').filter(Boolean)).toEqual(domains)
})

describe('Get-Message', () => {
  test('shows Exchange’s columns', async () => {
    const { out } = await runQueueLine(queues(), 'Get-Message EDGE01\\1\\17')
    expect(out.split('\n')[1]?.trimEnd()).toBe(
      'Identity    FromAddress      Status Queue    Subject',
    )
    expect(out).toMatch(/^EDGE01\\1\\17 ana@contoso\.test Ready +EDGE01\\1 Message 17/m)
  })
  test.each([
    ['17', ['1\\17', '2\\17'], { messageId: 17 }],
    ['*\\17', ['1\\17', '2\\17'], { messageId: 17 }],
    ['1\\17', ['1\\17'], { messageId: 17, queue: queueView(1).key }],
    ['EDGE01\\1\\17', ['1\\17'], { messageId: 17, queue: queueView(1).key }],
    ['EDGE01\\*\\17', ['1\\17', '2\\17'], { messageId: 17 }],
    ['d2.test\\17', ['2\\17'], { messageId: 17, queue: queueView(2).key }],
    ['-Queue EDGE01\\2', ['2\\17'], { queue: queueView(2).key }],
    ['-Queue EDGE01\\*', ['1\\17', '1\\18', '2\\17'], {}],
    ['-Queue Unreachable', [], {}],
    ['-Queue EDGE01\\Poison', [], {}],
    ['-Filter {Queue -eq "EDGE01\\9"}', [], {}],
    [
      '-Filter {Directionality -eq "Incoming" -and Size -lt 5}',
      [],
      {
        tests: [{ field: 'size', operator: '<', value: 5 }],
      },
    ],
    [
      `-Filter {Status -eq 'Suspended'}`,
      ['1\\18'],
      { tests: [{ field: 'suspended', operator: '=', value: 1 }] },
    ],
    [
      `-Filter {Recipients -like '*bob@D1*' -and Recipients -like '*2*' -and SourceIP -eq '192.0.2.1'}`,
      ['1\\17', '1\\18', '2\\17'],
      {
        tests: [
          { field: 'recipients', operator: 'fits', pattern: '*bob@D1*' },
          { field: 'sourceAddress', operator: 'fits', pattern: '192.0.2.1' },
        ],
      },
    ],
    [
      '-Filter {FromAddress -like "*@contoso.test" -and Queue -eq "EDGE01\\1"}',
      ['1\\17'],
      {
        queue: queueView(1).key,
        tests: [{ field: 'sender', operator: 'fits', pattern: '*@contoso.test' }],
      },
    ],
    [`-Filter {Subject -like 'message_*' -or Size -gt 1KB}`, [], {}],
    // What is shown counts the attempts of the queue, too: the queue itself knows an upper bound only.
    [
      `-Filter {RetryCount -lt 9 -and RetryCount -eq 7}`,
      [],
      {
        tests: [
          { field: 'attempts', operator: '<', value: 9 },
          { field: 'attempts', operator: '<=', value: 7 },
        ],
      },
    ],
    [`-Filter {RetryCount -gt 8}`, [], {}],
    [
      `-Filter {Size -ge 12 -and Subject -eq '100%_x'}`,
      [],
      {
        tests: [
          { field: 'size', operator: '>=', value: 12 },
          { field: 'subject', operator: 'fits', pattern: '100%_x' },
        ],
      },
    ],
  ])('with %s shows %s', async (parameters, expected, selection) => {
    const server = queues()
    const { out, errors } = await runQueueLine(server, `Get-Message ${parameters} | % Identity`)
    expect(errors).toBe('')
    expect(out.split('\n').filter(Boolean)).toEqual(expected.map((name) => `EDGE01\\${name}`))
    expect(server.selections).toEqual([selection])
  })
  test('shows recipients when that is asked for', async () => {
    const line = 'Get-Message 1\\17 -IncludeRecipientInfo | Format-List Recipients,MessageLatency'
    expect((await runQueueLine(queues(), line)).out).toMatch(
      /Recipients +: \{bob@d1\.test;2;2;;0;;0\}\nMessageLatency +: 00:01:01/,
    )
  })
  test('says when a named message is not there', async () => {
    expect((await runQueueLine(queues(), 'Get-Message EDGE01\\1\\5')).errors).toContain(
      "The message 'EDGE01\\1\\5' couldn't be found.",
    )
    for (const name of ['-Queue 9', 'EDGE02\\1\\17', 'EDGE02\\*\\17', '-Queue EDGE02\\Poison']) {
      const { errors } = await runQueueLine(queues(), `Get-Message ${name}`)
      expect(errors, name).toContain("couldn't be found")
    }
    expect((await runQueueLine(queues(), 'Get-Message one')).errors).toContain(
      'is no message identity',
    )
  })
})

describe('changing messages', () => {
  test.each([
    ['Suspend-Message 1\\17', ['suspend 17']],
    ['Suspend-Message *\\17', ['suspend 17 17']],
    ['Suspend-Message 1\\18', []],
    ['Resume-Message -Filter {Size -gt 1}', ['resume 18']],
    ['Remove-Message 1\\17 -Confirm:$false', ['removeWithNotice 17']],
    ['Remove-Message -Filter {Size -gt 1} -WithNDR $false -Confirm:$false', ['remove 17 18 17']],
    [
      'Get-Message -Queue 1 | Remove-Message -Confirm:$false -WithNDR $false',
      ['remove 17', 'remove 18'],
    ],
  ])('%s does %s', async (line, asked) => {
    const server = queues()
    const { errors } = await runQueueLine(server, line)
    expect(errors).toBe('')
    expect(server.asked).toEqual(asked)
  })
  test('Remove-Message asks; one question stands for all messages of a filter', async () => {
    const server = queues()
    const { all } = await runQueueLine(server, 'Remove-Message -Filter {Size -gt 1}', {
      answers: ['y'],
    })
    expect(all.match(/Are you sure/g)).toHaveLength(1)
    expect(all).toContain('Removing with NDR the messages for which {Size -gt 1} holds.')
    expect(server.asked).toEqual(['removeWithNotice 17 18 17'])
  })
  test('messages in the Submission queue are left alone', async () => {
    const server = queues()
    server.found = [messageView(1, 5, { Queue: 'EDGE01\\Submission' })]
    const { errors } = await runQueueLine(server, 'Suspend-Message -Filter {Size -gt 1}')
    expect(errors).toContain('in the Submission queue')
    expect(server.asked).toEqual([])
  })
  test('messages that an agent has held in Submission can be freed', async () => {
    const server = queues()
    server.found = [messageView(1, 5, { Queue: 'EDGE01\\Submission', Status: 'Suspended' })]
    await runQueueLine(server, 'Resume-Message -Filter {Size -gt 1}')
    expect(server.asked).toEqual(['resume 5'])
  })
})

describe('Redirect-Message', () => {
  const line = 'Redirect-Message -Server EDGE01 -Target'
  test('asks, naming what it moves, and moves it', async () => {
    const server = queues()
    const { all } = await runQueueLine(server, `${line} EDGE02.contoso.test`, { answers: ['y'] })
    expect(all.replaceAll(/\s+/g, ' ')).toContain(
      'Redirecting the messages in 2 delivery queues of server "EDGE01" to "edge02.contoso.test".',
    )
    expect(server.asked).toEqual(['redirect edge02.contoso.test'])
  })
  test('does nothing with -WhatIf, or when the answer is no', async () => {
    const server = queues()
    await runQueueLine(server, `${line} 192.0.2.9 -WhatIf`)
    await runQueueLine(server, `${line} 192.0.2.9`, { answers: ['n'] })
    expect(server.asked).toEqual([])
  })
  test('tells of suspended queues, whose messages stay', async () => {
    const server = queues()
    server.views = [
      queueView(1, { Status: 'Suspended' }),
      queueView(2, { key: redirectionQueue('[192.0.2.9]') }),
      queueView(3, { MessageCount: 0 }),
    ]
    const { notices } = await runQueueLine(server, `${line} [192.0.2.9] -Confirm:$false`)
    expect(notices).toContain('The queue "EDGE01\\1" is suspended; its messages stay.')
    expect(notices).toContain('There are no messages in the delivery queues to redirect.')
    expect(server.asked).toEqual([])
  })
  test.each([
    [`${line} relay.invalid`, 'no address for relay.invalid'],
    [`${line} "two words"`, 'neither the name nor the address of a host'],
    ['Redirect-Message -Server EDGE02 -Target relay.test', "The server 'EDGE02' couldn't be found"],
    ['Redirect-Message -Server EDGE01', 'missing mandatory parameters: Target'],
  ])('%s is refused', async (wrong, why) => {
    const server = queues()
    const { errors } = await runQueueLine(server, `${wrong} -Confirm:$false`)
    expect(errors.replaceAll(/\s+/g, ' ')).toContain(why)
    expect(server.asked).toEqual([])
  })
})

describe('Export-Message', () => {
  test('gives the pieces that Assemble-Message writes into a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'export-'))
    try {
      const path = join(folder, 'm.eml')
      const { errors } = await runQueueLine(
        queues(),
        `Export-Message 1\\18 | AssembleMessage -Path "${path}"`,
      )
      expect(errors).toBe('')
      expect(await readFile(path, 'utf8')).toBe('X-Sender: <>\r\nHello world.')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
  test('gives nothing with -WhatIf', async () => {
    const { out } = await runQueueLine(queues(), 'Export-Message 1\\18 -WhatIf')
    expect(out).toMatch(/^What if: Exporting message "[^"]*\\1\\18"\.\n$/)
  })
  test('wants a suspended message, and the whole of it', async () => {
    expect((await runQueueLine(queues(), 'Export-Message 1\\17')).errors).toContain(
      'is not suspended',
    )
    const server = queues()
    server.content = Buffer.from('Hello')
    expect((await runQueueLine(server, 'Export-Message 1\\18')).errors).toContain(
      '5 of 12 bytes came',
    )
  })
})
