import t from 'tap'
import { isPicture } from '../../../relay/login/captcha/is-picture.ts'

const element = '<svg xmlns="http://www.w3.org/2000/svg">'

t.test('images are told by how they begin, SVGs whatever stands before their first element', async (t) => {
  for (const text of [
    '',
    '\ufeff',
    '\n',
    '<?xml version="1.0"?>\n',
    '<!-- > Generator -->',
    '<?xml version="1.0"?><!-- a --> <!-- b --><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.0//EN" "x">',
  ])
    t.ok(isPicture(Buffer.from(text + element)), text)
  t.ok(isPicture(Buffer.from('<!DOCTYPE svg [<!ENTITY a "b">]>\n<SVG>')))
  t.ok(isPicture(Buffer.from('<?xml version="1.0"?><svg:svg xmlns:svg="http://www.w3.org/2000/svg">')))
  t.ok(isPicture(Buffer.concat([Buffer.from('RIFF'), Buffer.from([0x24, 0x9f, 0, 0x80]), Buffer.from('WEBPVP8 ')])))
})

t.test('a page is none, though it draws something; nor is sound', async (t) => {
  for (const text of ['<!DOCTYPE html><svg>', `<html>${element}`, `<!-- page --><html>${element}`, '<svgx>', '', 'RIFF\0\0\0\0WAVE', '{"error":1}'])
    t.notOk(isPicture(Buffer.from(text)), text)
  t.notOk(isPicture(Buffer.from('<!---->'.repeat(600))), 'soon')
})
