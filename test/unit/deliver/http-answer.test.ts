import { describe, expect, test } from 'vitest'
import { judgeAnswer } from '../../../src/deliver/agents/http-answer.ts'

const now = Date.parse('2026-01-02T03:04:05Z')
const judge = (status: number, statusText = '', text = '', retryAfter?: string) =>
  judgeAnswer({ status, statusText, text, ...(retryAfter !== undefined && { retryAfter }) }, now)

test.each([
  [200, 'OK', 'delivered', '250 2.0.0 HTTP 200 OK'],
  [202, 'Accepted', 'delivered', '250 2.0.0 HTTP 202 Accepted'],
  [400, 'Bad Request', 'failed', '554 5.0.0 HTTP 400 Bad Request: why'],
  [401, 'Unauthorized', 'failed', '550 5.7.1 HTTP 401 Unauthorized: why'],
  [403, 'Forbidden', 'failed', '550 5.7.1 HTTP 403 Forbidden: why'],
  [404, 'Not Found', 'failed', '554 5.0.0 HTTP 404 Not Found: why'],
  [413, 'Too Large', 'failed', '552 5.3.4 HTTP 413 Too Large: why'],
  [422, '', 'failed', '554 5.0.0 HTTP 422: why'],
  [408, 'Request Timeout', 'retry', '451 4.3.0 HTTP 408 Request Timeout: why'],
  [425, 'Too Early', 'retry', '451 4.3.0 HTTP 425 Too Early: why'],
  [500, 'Internal Server Error', 'retry', '451 4.3.0 HTTP 500 Internal Server Error: why'],
])('%i %s: %s', (status, statusText, kind, reply) => {
  expect(judge(status, statusText, 'why')).toEqual({ kind, reply })
})

test.each([429, 502, 503, 504])('%i holds the queue up', (status) => {
  expect(judge(status, 'Busy')).toEqual({
    kind: 'trouble',
    error: `451 4.4.0 HTTP ${status} Busy`,
  })
})

test('a redirection is not followed, and no mail fails for it', () => {
  expect(judge(302, 'Found')).toEqual({
    kind: 'trouble',
    error: '451 4.3.5 HTTP 302 Found; redirections are not followed',
  })
})

describe('Retry-After', () => {
  test.each<[string, number | undefined]>([
    ['120', 120_000],
    ['Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['0', 1000],
    ['999999999', 86_400_000],
    ['soon', undefined],
  ])('%s', (value, retryIn) => {
    const verdict = judge(503, '', '', value)
    expect(verdict.kind === 'trouble' && verdict.retryIn).toBe(retryIn)
  })

  test('of 500 holds the queue up, for it speaks of the server', () => {
    expect(judge(500, '', '', '5')).toMatchObject({ kind: 'trouble', retryIn: 5000 })
  })

  test('means nothing for what fails', () => {
    expect(judge(404, '', '', '5').kind).toBe('failed')
  })
})

test('no text of an endpoint breaks a line or grows beyond bounds', () => {
  const verdict = judge(422, 'x\r\ny', `a\r\n.\r\n${'b'.repeat(5000)}`)
  const reply = 'reply' in verdict ? verdict.reply : ''
  expect(reply).not.toMatch(/[\r\n]/)
  expect(reply.length).toBeLessThan(450)
})
