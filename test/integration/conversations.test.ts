import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Agent } from '../../src/agents/agent.ts'
import { systemClock } from '../../src/base/clock.ts'
import { reply } from '../../src/smtp/reply.ts'
import {
  type DialogAgent,
  type Step,
  fits,
  parseConversation,
} from '../support/conversation-file.ts'
import { TestServer, testConnector, testUser } from '../support/receiving-server.ts'
import { testDirectory } from '../support/test-directory.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { testAgent, testRunner } from '../support/test-agent.ts'

const folder = new URL('../conversations/', import.meta.url)

describe('dialogs', () => {
  for (const file of readdirSync(folder).sort()) {
    const dialog = parseConversation(readFileSync(new URL(file, folder), 'utf8'))
    test(`${dialog.name} (${file})`, async () => {
      await using server = await TestServer.start({
        connectors: [testConnector(dialog.settings)],
        users: dialog.users.map(testUser),
        directory: testDirectory(dialog.recipients, dialog.directoryIsAway),
        role: dialog.role,
        agents: testRunner(systemClock, dialog.agents.map(agentOf)).runner,
      })
      await using peer = await SmtpPeer.connect({ port: server.port })
      for (const step of dialog.steps) await take(step, peer, server)
      expect(server.errors).toEqual([])
    })
  }
})

function agentOf({ event, does, reply: text }: DialogAgent): Agent {
  return testAgent({
    [event]() {
      if (does === 'throw') throw new Error('the dialog says so')
      return [{ kind: does, reply: reply(text) }]
    },
  })
}

async function take(step: Step, peer: SmtpPeer, server: TestServer): Promise<void> {
  switch (step.kind) {
    case 'send':
      peer.write(step.octets)
      return
    case 'expect': {
      const reply = await peer.reply()
      if (!fits(reply, step.lines)) expect(reply).toBe(step.lines.join('\n'))
      return
    }
    case 'tls':
      await peer.handshake()
      return
    case 'end':
      peer.socket.end()
      return
    case 'closed':
      expect(await peer.closed()).toBe('')
      return
    case 'queued':
      expect(server.sink.messages).toHaveLength(step.count)
      return
    case 'content':
      expect(server.sink.messages.at(-1)?.content).toBe(step.octets.toString('latin1'))
  }
}
