throw new Error('there is no licence')
