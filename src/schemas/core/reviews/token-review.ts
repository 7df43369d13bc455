import { badRequest } from '../../../apimachinery/errors.ts'
import type { Caller, Kind } from '../../../registry/kind.ts'
import { boolean, list, object, optional, plainText, type Static, text } from '../../field.ts'
import { objectSchema, onFirstUse } from '../../kind-schema.ts'
import { reviewKind } from './review-kind.ts'
import { userInfo, userInfoOf } from './user-info.ts'

export interface TokenReviewOptions {
  /** Whose token this is; undefined when it is not good. */
  authenticateToken(token: string): Promise<Caller | undefined>
  /** For whom our tokens are made out; a review that asks for others only is answered with no. */
  readonly audiences: readonly string[]
}

function spec() {
  return object('The question.', {
    token: optional(text('The bearer token.')),
    audiences: optional(
      list('For whom the token should be good; one of them is enough. Default: this server.', plainText()),
    ),
  })
}

function status() {
  return object('The answer.', {
    authenticated: optional(boolean('Whether the token is good.')),
    user: optional(userInfo('To whom the token belongs.')),
    audiences: optional(list('Which of the audiences asked for the token is good for.', plainText())),
    error: optional(text('Why the token could not be checked.')),
  })
}

/** Whose token is this? Made by a function, because only the server knows its tokens. */
export function createTokenReviewKind({ authenticateToken, audiences }: TokenReviewOptions): Kind {
  return reviewKind({
    group: 'authentication.k8s.io',
    kind: 'TokenReview',
    scope: 'Cluster',
    schema: onFirstUse(() =>
      objectSchema('Asks whether a token is good, and whose it is.', {
        spec: spec(),
        status: optional(status()),
      }),
    ),
    async answer(review) {
      const asked = (review.spec ?? {}) as Static<ReturnType<typeof spec>>
      if (!asked.token) throw badRequest('token is required for TokenReview in authentication')
      const wanted = asked.audiences?.length ? asked.audiences : audiences
      const good = wanted.filter((audience) => audiences.includes(audience))
      const user = good.length > 0 ? await authenticateToken(asked.token) : undefined
      const answer: Static<ReturnType<typeof status>> = user
        ? { authenticated: true, user: userInfoOf(user), audiences: good }
        : { user: {}, error: 'invalid bearer token' }
      return { ...review, status: answer }
    },
  })
}
