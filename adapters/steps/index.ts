/**
 * Steps: a sign-in written as a list, for people who do not program. This half reads such a file and makes one of scripts in another form;
 * `run/` takes the steps.
 *
 * Refuses: a word that is not known (it names the nearest), a target of no kind, a secret with anything around it.
 */
export { importScript } from './import-script.ts'
export { type ReadSteps, readSteps } from './read-steps.ts'
export { stepsFile } from './steps-file.ts'
