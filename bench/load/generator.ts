/** The program that sends: one order after the other, from the process that started it. */
import type { SendOrder } from './orders.ts'
import { carryOut } from './sending.ts'

process.on('message', (order) => {
  void carryOut(order as SendOrder).then((report) => process.send?.(report))
})
process.on('disconnect', () => process.exit())
// The process that started it ends it, when it has ended its servers.
process.on('SIGINT', () => undefined)
