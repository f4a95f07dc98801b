import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { Worker as Thread } from 'node:worker_threads'
import sharp from 'sharp'
import Tesseract from 'tesseract.js'
import type { Step } from '../decoding/beam.ts'
import type { Grey } from '../pictures/picture.ts'
import { stepsOf } from './hocr.ts'
import { Lifeline } from './lifeline.ts'
import type { Model } from './models.ts'

/** One running recogniser: a thread with one model, and an engine that takes its images as `Input`. */
export interface Recogniser<Input = Grey> {
  /** What the network saw along a line of text. Rejects when the thread dies or takes longer than `milliseconds`. */
  recognise(line: Input, milliseconds: number): Promise<Step[]>
  close(): Promise<void>
}

/** Starts a recogniser. Reads the model from disk and nothing from the network; writes no file. */
export async function startRecogniser(model: Model, milliseconds: number): Promise<Recogniser> {
  // Threads that others have just made are told of first.
  await setImmediate()
  const life = new Lifeline()
  const unmade = new AbortController()
  const made = once(process, 'worker', { signal: unmade.signal })
  const starting = Tesseract.createWorker(
    model.name,
    Tesseract.OEM.LSTM_ONLY,
    {
      langPath: model.folder,
      gzip: true,
      // Without this the model is written, unpacked, into the working directory.
      cacheMethod: 'none',
      // Without this an engine error is thrown where nobody can catch it; so is what tesseract.js makes of a success told after a failure.
      errorHandler: (error: unknown) => {
        thread.removeAllListeners('message')
        life.end(new Error(`the recogniser failed: ${String(error)}`))
      },
    },
    { load_system_dawg: '0', load_freq_dawg: '0', load_punc_dawg: '0', load_number_dawg: '0' },
  )
  // Where the system refuses a thread none is told of, and the next one to be made is another's.
  starting.catch((error: unknown) => unmade.abort(error))
  // tesseract.js gives its thread with an engine that has started: nothing to end where the start fails; nor does it listen when the thread dies.
  const [thread] = (await made.catch(({ cause }: Error) => Promise.reject(cause))) as [Thread]
  thread.on('error', (error) => life.end(error)).once('exit', () => life.end(new Error('the recogniser ended')))
  try {
    const engine = await within(milliseconds, 'to start', life.awaiting(starting.then(withParameters)))
    return recogniserOf(engine, { model, thread, life })
  } catch (error) {
    await thread.terminate()
    throw error
  }
}

async function withParameters(engine: Tesseract.Worker): Promise<Tesseract.Worker> {
  // 13: the picture is one line, taken as it is. 1: tell every step's probabilities.
  await engine.setParameters({ tessedit_pageseg_mode: Tesseract.PSM.RAW_LINE, lstm_choice_mode: '1', user_defined_dpi: '70' })
  return engine
}

function recogniserOf(engine: Tesseract.Worker, { model, thread, life }: { model: Model; thread: Thread; life: Lifeline }): Recogniser {
  let closed = false
  return {
    async recognise(line, limit) {
      const png = await sharp(line.data, { raw: { width: line.width, height: line.height, channels: 1 } })
        .png({ compressionLevel: 1 })
        .toBuffer()
      // After `close` the engine would reject where nobody can catch it.
      if (closed) throw new Error('the recogniser is closed')
      const { data } = await within(limit, 'to read', life.awaiting(engine.recognize(png, {}, { text: false, hocr: true })))
      return stepsOf(data.hocr ?? '', model.meaning)
    },
    async close() {
      closed = true
      await engine.terminate()
      await thread.terminate()
    },
  }
}

/** What `work` gives, if it gives it in time; else it rejects. */
export async function within<T>(milliseconds: number, what: string, work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(() => limit.reject(new Error(`the recogniser took more than ${milliseconds} ms ${what}`)), milliseconds)
  try {
    return await Promise.race([work, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}
