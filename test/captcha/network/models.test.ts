import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { modelFiles, networkLetters, ownModels } from '../../../captcha/engine/models.ts'
import { openReader } from '../../../captcha/index.ts'
import { draw } from '../../../captcha/training/drawing/draw.ts'
import { isRelayError } from '../../../relay/errors.ts'
import { startRelay } from '../../start-relay.ts'
import { tempFolder } from '../../temp-folder.ts'
import { barLetters } from './bar-letters.ts'

const ours = join(ownModels.general, '..')
const own = gunzipSync(await readFile(ownModels.general))
const trained = gunzipSync(await readFile(join(ours, modelFiles.captcha)))

/** The general network, but sure at every place that nothing is there: its last biases stand before its last weights. */
function blind(): Buffer {
  const bytes = Buffer.from(own)
  const outputs = networkLetters.length + 1
  bytes.writeFloatLE(1000, bytes.length - 192 * outputs - outputs * 4)
  return bytes
}

async function folderWith(t: Test, files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const folder = await tempFolder(t)
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
  return folder
}

t.test('a reader reads with the models of the folder it is given, and with ours where the folder has none', async (t) => {
  const folder = await folderWith(t, { [modelFiles.general]: gzipSync(blind()), 'notes.txt': 'trained on a Sunday' })
  const reader = await openReader({ workers: 1, model: folder })
  const usual = await openReader({ workers: 1 })
  t.teardown(() => Promise.all([reader.close(), usual.close()]))
  const bars = await barLetters('#203080', '#ffffff')
  const hints = { length: 5, caseSensitive: false }
  t.equal((await usual.read(bars, hints)).text.toUpperCase(), 'HE7L4')
  t.not((await reader.read(bars, hints)).text.toUpperCase(), 'HE7L4')
  const [drawn] = await draw({ noise: 0 }, 1, 801)
  if (drawn === undefined) throw new Error('no image')
  t.equal((await reader.read(drawn.image)).answer, drawn.answer, 'svg-captcha’s font is read by our model')
})

t.test('a folder says what confidence in its models is worth', async (t) => {
  const folder = await folderWith(t, {})
  await copyFile(join(ours, modelFiles.captcha), join(folder, modelFiles.captcha))
  const none = [0, 0, 0, 0]
  await writeFile(join(folder, 'calibration.json'), JSON.stringify({ first: none, second: none, further: none, chinese: none }))
  const reader = await openReader({ workers: 1, model: folder })
  t.teardown(() => reader.close())
  const [drawn] = await draw({ noise: 0 }, 1, 802)
  if (drawn === undefined) throw new Error('no image')
  const { answer, confidence } = await reader.read(drawn.image)
  t.same([answer, confidence], [drawn.answer, 0.5])
})

t.test('models that are missing, damaged or foreign are refused before anything is read', async (t) => {
  const packed = gzipSync(own)
  const english = Buffer.from(trained)
  english.write('B 5', english.indexOf('\nA 5') + 1)
  const infinite = Buffer.from(own)
  infinite.writeFloatLE(Number.POSITIVE_INFINITY, 0)
  // The second layer's scales, each a number, make sums that are none.
  const vast = Buffer.from(own)
  for (let output = 0; output < 32; output++) vast.writeFloatLE(3e38, 16 * 8 + 27 * 16 + output * 4)
  const cases: readonly (readonly [Readonly<Record<string, Buffer | string>>, RegExp])[] = [
    [{}, /it holds no model; models are called captcha\.traineddata\.gz, general\.network\.gz, chinese\.network\.gz/],
    [{ 'mine.network.gz': packed }, /mine\.network\.gz is no name of a model/],
    [{ 'general.network': own }, /general\.network is no name of a model/],
    [{ [modelFiles.general]: own }, /general\.network\.gz is damaged/],
    [{ [modelFiles.general]: packed.subarray(0, -500) }, /general\.network\.gz is damaged/],
    [{ [modelFiles.general]: gzipSync(Buffer.alloc(70_000_000)) }, /general\.network\.gz is damaged/],
    [{ [modelFiles.general]: gzipSync(own.subarray(0, -1)) }, /general\.network\.gz is not such a model/],
    [{ [modelFiles.general]: gzipSync(Buffer.concat([own, own])) }, /general\.network\.gz is not such a model/],
    [{ [modelFiles.general]: gzipSync(infinite) }, /general\.network\.gz is not such a model/],
    [{ [modelFiles.general]: gzipSync(vast) }, /general\.network\.gz is not such a model/],
    [{ [modelFiles.general]: gzipSync('') }, /general\.network\.gz is not such a model/],
    [{ [modelFiles.chinese]: packed }, /chinese\.network\.gz is not such a model/],
    [{ [modelFiles.captcha]: packed }, /captcha\.traineddata\.gz is not such a model/],
    [{ [modelFiles.captcha]: gzipSync(trained.subarray(0, 270_000)) }, /captcha\.traineddata\.gz is not such a model/],
    [{ [modelFiles.captcha]: gzipSync(english) }, /captcha\.traineddata\.gz is not such a model/],
    [{ [modelFiles.general]: packed, 'calibration.json': '{"first":[1,2,3]}' }, /calibration\.json is not what/],
  ]
  for (const [files, told] of cases) await t.rejects(openReader({ model: await folderWith(t, files) }), { code: 'captcha_models_invalid', message: told })
  const folder = await folderWith(t, { file: 'text' })
  await mkdir(join(folder, modelFiles.general))
  await t.rejects(openReader({ model: folder }), { code: 'captcha_models_invalid', message: /general\.network\.gz cannot be read/ })
  for (const name of ['nowhere', 'file']) {
    await t.rejects(openReader({ model: join(folder, name) }), { code: 'captcha_models_invalid', message: /it is no folder that can be read/ })
  }
})

t.test('a relay whose captcha models are damaged says so when it starts', async (t) => {
  const models = await folderWith(t, { [modelFiles.general]: 'no network' })
  const error = await startRelay(t, { folder: await tempFolder(t), config: { login: { captchaModels: models } } }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  t.ok(isRelayError(error, 'captcha_models_invalid'))
})
