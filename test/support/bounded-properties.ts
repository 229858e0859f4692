import fc from 'fast-check'

// A property is tried for as many runs as its test says, or for this long: what a busy machine does not
// manage in the time it leaves to the next run, and no test fails for it. In milliseconds.
// eslint-disable-next-line @typescript-eslint/no-deprecated -- the plugin for it cannot be set for all properties at once
fc.configureGlobal({ interruptAfterTimeLimit: 2_000 })
