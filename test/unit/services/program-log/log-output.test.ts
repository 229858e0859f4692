import { expect, test } from 'vitest'
import { LogOutput } from '../../../../src/services/program-log/log-output.ts'

/** An output that does at each call what comes next: takes so many octets, or fails with this code. */
function outputThat(...steps: readonly (number | string)[]) {
  const waiting = [...steps]
  const written: string[] = []
  const recovered: number[] = []
  const output = new LogOutput({
    write: (octets) => {
      const step = waiting.shift() ?? octets.length
      if (typeof step === 'string') throw Object.assign(new Error(step), { code: step })
      written.push(Buffer.from(octets.subarray(0, step)).toString())
      return Math.min(step, octets.length)
    },
    onRecovered: (lost) => recovered.push(lost),
  })
  return { output, recovered, written: () => written.join('') }
}

test('a line on a full disk is lost, and told once there is room again', () => {
  const { output, recovered, written } = outputThat('ENOSPC', 'ENOSPC')
  for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) output.write(line)
  expect(written()).toBe('three\nfour\n')
  expect(recovered).toEqual([2])
})

test('a line is whole though it takes several writes and a pause', () => {
  const { output, recovered, written } = outputThat(2, 'EAGAIN', 1)
  output.write('hello\n')
  expect(written()).toBe('hello\n')
  expect(recovered).toEqual([])
})

test('a line behind one that was cut stands on its own', () => {
  const { output, written } = outputThat(2, 'ENOSPC')
  output.write('hello\n')
  output.write('again\n')
  expect(written()).toBe('he\nagain\n')
})

test('a pipe that nobody empties costs the line, not the process', () => {
  const { output, written } = outputThat(...Array.from({ length: 21 }, () => 'EAGAIN'))
  output.write('one\n')
  output.write('two\n')
  expect(written()).toBe('two\n')
})
