import { expect, test } from 'vitest'
import { offsetsOf, ranAt } from '../../coverage/process-coverage.ts'

test('a place belongs to the innermost range around it', () => {
  const script = {
    url: 'file:///a.ts',
    functions: [
      { ranges: [{ startOffset: 0, endOffset: 100, count: 1 }] },
      {
        ranges: [
          { startOffset: 10, endOffset: 50, count: 3 },
          { startOffset: 20, endOffset: 30, count: 0 },
          { startOffset: 24, endOffset: 26, count: 1 },
        ],
      },
      { ranges: [{ startOffset: 60, endOffset: 70, count: 0 }] },
    ],
  }
  const places = [0, 10, 20, 24, 26, 30, 60, 69, 70, 100]
  expect(ranAt(script, places)).toEqual([
    ...[true, true, false, true, false],
    ...[true, false, false, true, false],
  ])
})

test('a script that says nothing of a place did not run it', () => {
  expect(ranAt({ url: 'file:///a.ts', functions: [] }, [0, 5])).toEqual([false, false])
})

test('places of a text are counted from its lines', () => {
  const positions = [
    { line: 1, column: 0 },
    { line: 2, column: 3 },
    { line: 4, column: 0 },
  ]
  expect(offsetsOf('ab\ncdef\n\nx', positions)).toEqual([0, 6, 9])
})
