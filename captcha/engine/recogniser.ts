import { once } from 'node:events'
import type { Worker as Thread } from 'node:worker_threads'
import sharp from 'sharp'
import Tesseract from 'tesseract.js'
import type { Step } from '../decoding/beam.ts'
import type { Grey } from '../pictures/picture.ts'
import { stepsOf } from './hocr.ts'
import type { Model } from './models.ts'

/** One running recogniser: a thread with one model, and an engine that takes its images as `Input`. */
export interface Recogniser<Input = Grey> {
  /** What the network saw along a line of text. Rejects when the thread dies or takes longer than `milliseconds`. */
  recognise(line: Input, milliseconds: number): Promise<Step[]>
  close(): Promise<void>
}

/** tesseract.js keeps its thread in a property that its types leave out. */
type Engine = Tesseract.Worker & { readonly worker: Thread }

/** Starts a recogniser. Reads the model from disk and nothing from the network; writes no file. */
export async function startRecogniser(model: Model, milliseconds: number): Promise<Recogniser> {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  const starting = Tesseract.createWorker(
    model.name,
    Tesseract.OEM.LSTM_ONLY,
    {
      langPath: model.folder,
      gzip: true,
      // Without this the model is written, unpacked, into the working directory.
      cacheMethod: 'none',
      // Without this an engine error is thrown where nobody can catch it.
      errorHandler: (error: unknown) => failed.reject(new Error(`the recogniser failed: ${String(error)}`)),
    },
    { load_system_dawg: '0', load_freq_dawg: '0', load_punc_dawg: '0', load_number_dawg: '0' },
  )
  starting.then(
    () => {},
    () => {},
  )
  const engine = (await within(milliseconds, 'to start', Promise.race([starting, failed.promise]), () => {
    void starting.then((late) => late.terminate()).catch(() => {})
  })) as Engine
  // The engine's own promises stay pending for ever when its thread dies.
  const exited = once(engine.worker, 'exit').then(() => {
    throw new Error('the recogniser ended')
  })
  exited.catch(() => {})
  const alive = <T>(work: Promise<T>): Promise<T> => Promise.race([work, exited, failed.promise])
  // 13: the picture is one line, taken as it is. 1: tell every step's probabilities.
  await alive(engine.setParameters({ tessedit_pageseg_mode: Tesseract.PSM.RAW_LINE, lstm_choice_mode: '1', user_defined_dpi: '70' }))

  let closed = false
  return {
    async recognise(line, limit) {
      const png = await sharp(line.data, { raw: { width: line.width, height: line.height, channels: 1 } })
        .png({ compressionLevel: 1 })
        .toBuffer()
      // After `close` the engine would reject where nobody can catch it.
      if (closed) throw new Error('the recogniser is closed')
      const { data } = await within(limit, 'to read', alive(engine.recognize(png, {}, { text: false, hocr: true })))
      return stepsOf(data.hocr ?? '', model.meaning)
    },
    async close() {
      closed = true
      const ended = engine.worker.threadId === -1 ? undefined : once(engine.worker, 'exit')
      await engine.terminate()
      await ended
    },
  }
}

/** What `work` gives, if it gives it in time; else calls `late` and rejects. */
export async function within<T>(milliseconds: number, what: string, work: Promise<T>, late = (): void => {}): Promise<T> {
  const limit = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late()
    limit.reject(new Error(`the recogniser took more than ${milliseconds} ms ${what}`))
  }, milliseconds)
  try {
    return await Promise.race([work, limit.promise])
  } finally {
    clearTimeout(timer)
  }
}
