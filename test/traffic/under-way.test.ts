import t from 'tap'
import { type Cuttable, UnderWay } from '../../relay/traffic/live/under-way.ts'
import fc from '../property.ts'

t.test('what is under way is what was added and not removed, in whatever order it came and went', async () => {
  const members: Cuttable[] = Array.from({ length: 8 }, (_, i) => ({ cut() {}, isUpgraded: false, deviceId: String(i) }))
  fc.assert(
    fc.property(fc.array(fc.nat(members.length - 1)), (steps) => {
      const underWay = new UnderWay()
      const model = new Set<Cuttable>()
      const isAlike = () => underWay.size === model.size && [...underWay].every((member) => model.has(member))
      return steps.every((step) => {
        const member = members[step] as Cuttable
        if (model.has(member)) {
          underWay.delete(member)
          // A second time changes nothing: a request is cut, and then its connection closes.
          underWay.delete(member)
          model.delete(member)
        } else {
          underWay.add(member)
          model.add(member)
        }
        return isAlike()
      })
    }),
  )
})
