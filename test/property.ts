import fc from 'fast-check'

/**
 * fast-check with the same cases every time: what fails can be looked at, and no run fails for another run's luck.
 * `PROPERTY_SEED` takes other cases: a number of yours, or `$RANDOM`.
 */
fc.configureGlobal({ seed: Number(process.env.PROPERTY_SEED ?? 1) })

export default fc
