#!/usr/bin/env python3
"""Memory and descriptors of `almanacd` under a mixed load over HTTP, while it collects from simulated devices.

    memory_trial.py --almanac BIN --almanacd BIN [--minutes N] [--samples N]

After the second minute the resident memory may grow by at most 5 %: the median of the last minute is compared with
that of the third. Samples that are in no segment yet are in memory (at most 1 Mi of them), so the clients store few, 2
in a batch; with more (--samples) that part grows, and falls at a flush. When the load has ended, as many sockets and
other descriptors are open as before it; those of the store's own files change with each flush, and none may be of a
deleted file. Standard library only; takes N minutes (4 at least, 10 in the long form). The last line is `ok ...` or
`FAIL ...`, exit 0 or 1.
"""
import argparse, http.client, json, os, random, shutil, statistics, sys, tempfile, threading, time
from service_trial import Fail, need
from site_of_devices import Site


def memory(pid):
    """Resident memory in MB: all of it, private, and of mapped files."""
    with open('/proc/%d/status' % pid) as f:
        found = dict(line.split(':', 1) for line in f)
    return [int(found[key].split()[0]) / 1000 for key in ('VmRSS', 'RssAnon', 'RssFile')]


def descriptors(pid, store):
    """What is open: the kinds of all that is not the store's, and the store's files."""
    others, files = [], []
    for entry in os.listdir('/proc/%d/fd' % pid):
        try:
            name = os.readlink('/proc/%d/fd/%s' % (pid, entry))
        except OSError:
            continue
        if name.startswith(store + '/'):
            files.append(name[len(store) + 1:])
        else:
            others.append(name.split(':')[0])
    return sorted(others), sorted(files)


def load(site, stop, counts, problems, number, samples):
    """One client: asks everything in turns, keeps its connection for a while, stores too."""
    points, rng = site.addresses(), random.Random(number)
    connection, base = site.connection(), int(time.time()) * 1000 - 40 * 86_400_000 + number
    while not stop.is_set():
        point, now = rng.choice(points), int(time.time() * 1000)
        device, kind, index = point.split(':')
        body, method = None, 'GET'
        what = rng.choice(('cached', 'cached', 'cached', 'samples', 'samples', 'rollup', 'query', 'asof', 'points', 'export',
                           'store', 'live', 'series'))
        path = {'cached': '/api/device/%s/point/%s/%s' % (device, kind, index),
                'samples': '/api/v1/points/%s/samples?from=%d&limit=1000' % (point, now - 3_600_000),
                'rollup': '/api/v1/points/%s/rollup?from=%d&every=1m&agg=min,mean,max' % (point, now - 3_600_000),
                'query': '/api/v1/query', 'asof': '/api/v1/asof?device=' + device, 'points': '/api/v1/points?limit=50',
                'export': '/api/v1/export?from=%d&format=csv' % (now - 20_000), 'store': '/api/v1/samples', 'live': '/api/v1/live',
                'series': '/api/timeseries/%s/%s/%s?interval_seconds=60' % (device, kind, index)}[what]
        if what == 'query':
            method, body = 'POST', json.dumps({'points': rng.sample(points, 5), 'every': '1m', 'from': str(now - 3_600_000)})
        if what == 'store':
            method = 'POST'
            body = json.dumps([{'point': point, 'time': base + 1000 * i, 'value': i} for i in range(samples)])
            base += 1000 * samples
        try:
            connection.request(method, path, body, {'Content-Type': 'application/json'} if body else {})
            reply = connection.getresponse()
            status = reply.status
            if what == 'live':
                while status == 200 and not reply.readline().startswith(b'data:') and not stop.is_set():
                    pass
                connection.close()
            else:
                reply.read()
        except (OSError, http.client.HTTPException) as e:
            status = repr(e)
            connection.close()
        counts[what, status] = counts.get((what, status), 0) + 1
        if status != 200:
            problems.append((what, status))
        if what == 'live' or rng.random() < 0.02:
            connection.close()
            connection = site.connection()
        time.sleep(rng.uniform(0, 0.02))
    connection.close()


def trial(site, minutes, samples):
    site.start()
    pid = site.process.pid
    site.collected(len(site.rows))
    time.sleep(3)
    store = os.path.realpath(site.folder) + '/store'
    before, files_before = descriptors(pid, store)
    need(files_before, 'no file of the store is open: is its folder not', store)
    stop, counts, problems = threading.Event(), {}, []
    clients = [threading.Thread(target=load, args=(site, stop, counts, problems, n, samples)) for n in range(6)]
    for client in clients:
        client.start()
    begin, seen = time.time(), []
    print('minute  RSS MB  private  mapped  descriptors  requests', flush=True)
    try:
        while time.time() - begin < minutes * 60:
            time.sleep(2)
            elapsed = time.time() - begin
            seen.append((elapsed, *memory(pid)))
            if int(elapsed // 60) > int(seen[-2][0] // 60 if len(seen) > 1 else 0):
                print('%6d  %6.1f  %7.1f  %6.1f  %11d  %8d' % (elapsed // 60, *seen[-1][1:], site.files(),
                                                              sum(counts.values())), flush=True)
    finally:
        stop.set()
        for client in clients:
            client.join(30)
    need(not any(client.is_alive() for client in clients), 'a client got no reply for 30 s')
    need(not problems, len(problems), 'requests were not answered with 200:', sorted({str(p) for p in problems})[:5])
    middle = [statistics.median(row[k] for row in seen if 120 <= row[0] < 180) for k in (1, 2)]
    end = [statistics.median(row[k] for row in seen if row[0] >= minutes * 60 - 60) for k in (1, 2)]
    for _ in range(20):
        after, files = descriptors(pid, store)
        deleted = [name for name in files if name.endswith(' (deleted)')]
        if after == before and not deleted:
            break
        time.sleep(0.5)
    growth = 100 * (end[0] / middle[0] - 1)
    said = 'RSS %.1f MB in the third minute, %.1f MB in the last: %+.1f %% (private %.1f, %.1f MB); descriptors %d and %d of the store before, %d and %d after; %d requests, %s samples in batches' % (
        middle[0], end[0], growth, middle[1], end[1], len(before), len(files_before), len(after), len(files), sum(counts.values()),
        format(samples * counts.get(('store', 200), 0), ','))
    print(said)
    faults = []
    if after != before:
        faults.append('descriptors before %s, after %s' % (before, after))
    if deleted:
        faults.append('deleted files are open: %s' % deleted)
    if growth > 5:
        faults.append('RSS grew by %.1f %%' % growth)
    need(not faults, '; '.join(faults))
    site.stop()
    return said


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--almanac', required=True)
    a.add_argument('--almanacd', required=True)
    a.add_argument('--minutes', type=int, default=4)
    a.add_argument('--samples', type=int, default=2, help='in each batch that the clients store')
    args = a.parse_args()
    if args.minutes < 4:
        a.error('--minutes: 4 or more')
    folder, site = tempfile.mkdtemp(prefix='almanacd-memory-'), None
    try:
        site = Site(args.almanac, args.almanacd, folder)
        trial(site, args.minutes, args.samples)
        print('ok memory - %d minutes' % args.minutes)
    except Fail as e:
        print('FAIL memory -', e)
        sys.exit(1)
    finally:
        if site:
            site.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    main()
