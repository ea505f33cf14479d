import collections, pytest, structlog
from tests.simulation.world import STEPS, World
C=collections.Counter()
T=collections.Counter()
@pytest.mark.parametrize("seed", range(30))
async def test_x(shop, seed):
    w=World(shop, seed); await w.furnish()
    try:
        with structlog.testing.capture_logs():
            await w.live(STEPS); await w.come_to_rest()
    except AssertionError as e:
        print("SEED",seed,str(e)[:600]); raise
    for r in await shop.owner.fetch("select kind,count(*) n from order_fact group by 1"): C[r['kind']]+=r['n']
    for r in await shop.owner.fetch("select state,count(*) n from payment_attempt group by 1"): C['attempt '+r['state']]+=r['n']
    for r in await shop.owner.fetch("select reason||state as k,count(*) n from refund group by 1"): C['refund '+r['k']]+=r['n']
    C['deliv retried']+=await shop.owner.fetchval("select count(*) from outbox_delivery where attempts>1")
    for t in w.trace: T[t.split(' {')[0]]+=1
    if seed==29:
        print(C); print(sorted(T.items()))
