import { z } from 'zod'

/** Fields that several routes share. */

export const name = z.string().min(1).max(200)
export const time = z.int().meta({ description: 'Milliseconds since 1970.' })

export const idParams = z.strictObject({ id: z.string().min(1).max(200) })

export const accountParams = z.strictObject({ id: z.string().min(1).max(200).meta({ description: 'Id or name.' }) })

export const ownerQuery = z.strictObject({
  user: name.optional().meta({ description: 'Whose account, by name: for the local administrator, where several people have one of that name.' }),
})

export const listQuery = z.strictObject({
  user: name.optional().meta({ description: "This person's alone, by name: for the local administrator, who sees everybody's." }),
})

/** A body that holds nothing; it may be left out. */
export const emptyBody = z
  .strictObject({})
  .nullish()
  .meta({ examples: [{}] })

export const copiesLinger = z
  .boolean()
  .meta({ description: 'The site did not end it, for all that is known: copies that were given out are good there still.' })

export const accountName = z.object({ id: z.string(), name: z.string(), site: z.string() })
