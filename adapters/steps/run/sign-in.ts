import { type Form, type Page, type PageElement, type SignInContext, SignInFailure, type SignInResult, type Value } from '../../contract.ts'
import { answerFacts } from '../../form/answers/answer.ts'
import { judge } from '../../form/answers/judge.ts'
import { formSettings } from '../../form/settings.ts'
import { judgeBy } from './expect.ts'
import { findElement } from './find.ts'
import { isTarget, placeholders, type Step, type Steps } from './schema.ts'

type Context = SignInContext<Readonly<Record<string, string>>>

/** Takes the steps in order; once more from the first where the captcha alone was refused. */
export async function signInBySteps(steps: Steps, context: Context): Promise<SignInResult> {
  for (;;) {
    const attempt = new Attempt(context)
    const refused = await attempt.run(steps.steps)
    if (refused === undefined) {
      const { site } = context
      const landingUrl = steps.landing === undefined ? (site.landingUrl ?? attempt.page.url) : new URL(steps.landing, site.loginUrl)
      return { landingUrl, evidence: attempt.evidence() }
    }
    context.step('answer', `the site refused the captcha: ${refused}`)
    context.nextAttempt()
  }
}

/** One way through the steps. */
class Attempt {
  readonly #context: Context
  readonly #mark: number
  /** As the cookies stood when the password was sent: what a page before it has set proves nothing. */
  #sentMark: number | undefined
  #page: Page | undefined
  /** The page around the frame that is open. */
  #around: Page | undefined
  /** The form that held the password, and the page it was on. */
  #sent: { readonly page: Page; readonly form: Form } | undefined
  #hasCaptcha = false
  readonly #withSecret = new Set<Form>()
  #evidence: string | undefined

  constructor(context: Context) {
    this.#context = context
    this.#mark = context.browser.cookies.mark()
  }

  get page(): Page {
    if (this.#page === undefined) throw new SignInFailure('form-not-found', ['the steps open no page'])
    return this.#page
  }

  /** Undefined: done. Otherwise by what the site said that the captcha was wrong. */
  async run(steps: readonly Step[]): Promise<string | undefined> {
    this.#page = await this.#context.browser.open(this.#context.site.loginUrl)
    this.#context.step('page', `login page read: "${this.page.title.slice(0, 160)}"`)
    for (const step of steps) {
      const refused = await this.#take(step)
      if (refused !== undefined) return refused
    }
    return undefined
  }

  /** What proves it: the last expectation that held after the password was sent, else what can be told of the answer itself. */
  evidence(): readonly string[] {
    if (this.#evidence !== undefined) return [this.#evidence]
    if (this.#sent === undefined) throw new SignInFailure('unknown', ['the steps send no password, and expect nothing'])
    const { page, form } = this.#sent
    const by = { form, user: undefined, password: undefined, captcha: this.#hasCaptcha ? '' : undefined, image: undefined }
    const verdict = judge(answerFacts({ before: page, by, after: this.page }, this.#context.browser.cookies.changesSince(this.#mark), formSettings.parse({})))
    if (verdict.is === 'signed-in' && (verdict.isSure || verdict.evidence.length > 1)) return verdict.evidence
    if (verdict.is === 'signed-in') throw new SignInFailure('unknown', [...verdict.evidence, 'nothing shows that it has worked: say by `expect` what does'])
    if (verdict.is === 'failed') throw new SignInFailure(verdict.kind, verdict.seen)
    throw new SignInFailure(verdict.is === 'asks' ? 'challenge' : 'wrong-captcha', verdict.is === 'asks' ? ['the site asks for more'] : verdict.seen)
  }

  async #take(step: Step): Promise<string | undefined> {
    if (step.open !== undefined) await this.#open(step.open)
    else if (step.fill !== undefined) this.#fill(step.fill, this.#value(step.with ?? ''))
    else if (step.click !== undefined) await this.#click(step.click)
    else if (step.code !== undefined) await this.#code(step.code, step)
    else if (step.wait !== undefined) await this.#wait(step.wait)
    else if (step.expect !== undefined) return this.#expect(step.expect)
    return undefined
  }

  async #open(given: string): Promise<void> {
    const { browser, site } = this.#context
    if (!isTarget(given)) {
      this.#around = undefined
      this.#page = await browser.open(new URL(this.#text(given), site.loginUrl))
      return
    }
    const element = this.#element(given)
    if (element.address === undefined) throw new SignInFailure('form-not-found', [`${given} leads nowhere`])
    if (/^i?frame$/.test(element.tag)) this.#around = this.page
    this.#page = await browser.open(element.address)
  }

  #fill(target: string, value: Value): void {
    const { form, field } = this.#field(target)
    form.fill(field, value)
    if (typeof value !== 'string') this.#withSecret.add(form)
  }

  async #click(target: string): Promise<void> {
    const element = this.#element(target)
    const { form } = element
    const type = element.attribute('type')?.toLowerCase()
    if (type === 'checkbox' || type === 'radio') return void form?.check(nameOf(element), true, element.attribute('value'))
    if (element.address !== undefined && element.tag !== 'img') {
      this.#page = await this.#context.browser.open(element.address)
    } else if (form !== undefined) {
      const button = element.tag === 'form' ? '' : nameOf(element)
      if (this.#withSecret.has(form)) {
        this.#sent = { page: this.page, form }
        this.#sentMark ??= this.#context.browser.cookies.mark()
      }
      this.#page = await (button === '' || !isButton(element) ? form.submit() : form.submit(button))
      this.#around = undefined
      this.#context.step('send', 'form sent')
    } else throw new SignInFailure('form-not-found', [`${target} is neither a link nor in a form`])
  }

  async #code(target: string, { from = 'image', image: imageTarget, kind = 'auto', question = '' }: Step): Promise<void> {
    const { form, field } = this.#field(target)
    const { ask, readCaptcha, step } = this.#context
    if (from === 'person') {
      form.fill(field, await ask({ kind: 'code', question: question === '' ? 'The site asks for a code.' : question }))
      return
    }
    const wanted = imageTarget === undefined ? undefined : this.#element(imageTarget)
    const images = this.page.images(form)
    const image =
      wanted === undefined ? images[0] : images.find(({ src, id }) => (id !== '' && id === wanted.attribute('id')) || src?.href === wanted.address?.href)
    if (image === undefined) throw new SignInFailure('form-not-found', ['the captcha image is not there'])
    const { answer } = await readCaptcha(await image.fetch(), { kind }, () => image.fetch())
    form.fill(field, answer)
    this.#hasCaptcha = true
    step('captcha', 'captcha filled in')
  }

  async #wait(given: number | string): Promise<void> {
    if (typeof given === 'number') return pause(given * 1000, this.#context.signal)
    while (findElement(this.page, given) === undefined) {
      await pause(1000, this.#context.signal)
      this.#page = await this.#context.browser.open(this.page.url)
    }
  }

  #expect(expectation: NonNullable<Step['expect']>): string | undefined {
    const cookies = this.#context.browser.cookies.changesSince(this.#sentMark ?? this.#mark)
    const judged = judgeBy(expectation, { page: this.page, cookies }, this.#sent !== undefined)
    if (judged.is === 'as expected') return undefined
    if (judged.is === 'wrong-captcha') return judged.by
    if (judged.is !== 'signed-in') throw new SignInFailure(judged.is, [judged.by])
    if (this.#sent !== undefined) this.#evidence = judged.by
    return undefined
  }

  #element(target: string): PageElement {
    const found = findElement(this.page, target) ?? (this.#around === undefined ? undefined : findElement(this.#around, target))
    if (found === undefined)
      throw new SignInFailure('form-not-found', [`${target} is not at ${this.page.url.pathname}`, `the page is titled "${this.page.title.slice(0, 160)}"`])
    return found
  }

  #field(target: string): { readonly form: Form; readonly field: string } {
    const element = this.#element(target)
    const field = nameOf(element)
    if (element.form === undefined || field === '') throw new SignInFailure('form-not-found', [`${target} is no field of a form`])
    return { form: element.form, field }
  }

  /** A secret stays a handle: it stands alone. */
  #value(given: string): Value {
    const [part, more] = placeholders(given)
    if (part !== undefined && 'name' in part && more === undefined && part.name !== 'username' && !Object.hasOwn(this.#context.settings, part.name)) {
      const secret = this.#context.secrets[part.name]
      if (secret === undefined) throw new SignInFailure('unknown', [`the account has no ${part.name}`])
      return secret
    }
    return this.#text(given)
  }

  #text(given: string): string {
    const { username, settings, site } = this.#context
    const known: Readonly<Record<string, string>> = { ...settings, username, login: site.loginUrl.href }
    return placeholders(given)
      .map((part) => ('text' in part ? part.text : (known[part.name] ?? '')))
      .join('')
  }
}

/** What a form calls a control. */
function nameOf(element: PageElement): string {
  return element.attribute('name') ?? element.attribute('id') ?? ''
}

function isButton({ tag, attribute }: PageElement): boolean {
  return tag === 'button' || (tag === 'input' && /^(?:submit|image)$/i.test(attribute('type') ?? ''))
}

/** Without Node's own timers, which an adapter's process does not have. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, milliseconds)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}
