import fc from 'fast-check'

// A property is tried for as many runs as its test says, or for this long: what a busy machine does not
// manage in the time it leaves to the next run, and no test fails for it. In milliseconds.
fc.configureGlobal({ interruptAfterTimeLimit: 2_000 })
