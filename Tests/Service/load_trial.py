#!/usr/bin/env python3
"""How fast a release `almanacd` answers over HTTP while it collects, stores and merges; beside it VictoriaMetrics.

    load_trial.py --almanac BIN --almanacd BIN [--victoria FILE] [--seconds N] [--commit NAME]

Devices of `almanac simulate` (200 points, each read and stored every second) and a client that posts samples without a
pause, so that the store flushes and merges, run all the time. wrk asks in a closed loop, each question for N seconds (15):

- `cached`: the current value of a point, 100 connections. Must: 1,000 replies a second with a mean below 50 ms.
  Aim: 40,000 a second, p99 below 10 ms.
- `history`: 1,000 samples of a point, 8 connections. Must: p99 below 50 ms. Aim: 10 ms.

VictoriaMetrics gets the same values and is asked the same questions in the same run, beside the same load. All answers
are compared before anything is timed. Needs wrk; without victoria-metrics its columns are left out, and that is said.
Prints a table and writes nothing. Exit 1 if a must is missed, an answer is wrong, or nothing was merged meanwhile; it is
no stage of tools/test.sh, because a busy machine may miss a must.
"""
import argparse, json, os, re, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.parse, urllib.request
from service_trial import Fail, free_port, need
from site_of_devices import Site

MINUTE = 60_000


class Victoria:
    def __init__(self, binary, folder):
        self.port = free_port()
        self.url = 'http://127.0.0.1:%d' % self.port
        with open(folder + '/victoria.log', 'wb') as log:
            self.process = subprocess.Popen([binary, '-storageDataPath', folder + '/victoria', '-retentionPeriod', '10y', '-search.latencyOffset', '0s',
                                             '-httpListenAddr', '127.0.0.1:%d' % self.port], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        for _ in range(100):
            try:
                if self.get('/health').strip() == b'OK':
                    return
            except OSError:
                time.sleep(0.1)
        self.end()
        raise Fail('victoria-metrics is not ready in 10 s')

    def get(self, path, data=None):
        with urllib.request.urlopen(self.url + path, data=data, timeout=20) as reply:
            return reply.read()

    def take(self, name, times, values):
        self.get('/api/v1/import', json.dumps({'metric': {'__name__': name}, 'values': values, 'timestamps': times}).encode())
        self.get('/internal/force_flush')

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Writer(threading.Thread):
    """Posts samples of past times without a pause."""

    def __init__(self, site, points):
        super().__init__(daemon=True)
        self.site, self.points, self.stop, self.stored, self.problem = site, points, threading.Event(), 0, None

    def run(self):
        try:
            day, rows = 86_400_000, 20_000
            start = int(time.time() * 1000) // day * day - 20 * day
            while not self.stop.is_set():
                # The lines of one point serve all points: making them must not take the cores from what is measured.
                lines = ''.join('{"point":"@@@","time":%d,"value":%s}\n' % (start + i * 1000, (i * 37 % 1000) / 10) for i in range(rows))
                for point in self.points:
                    if self.stop.is_set():
                        return
                    status, text, _ = self.site.call('POST', '/api/v1/samples', lines.replace('@@@', point), {'Content-Type': 'application/x-ndjson'})
                    if status == 503:
                        time.sleep(0.2)
                        continue
                    need(status == 200, 'storing', status, text[:300])
                    self.stored += json.loads(text)['stored']
                start += rows * 1000
        except Exception as e:
            self.problem = repr(e)


def merged(site):
    """The names of the merged segments."""
    p = subprocess.run([site.almanac, 'ls', 'segments', '--store', site.folder + '/store', '--output', 'json'], capture_output=True, text=True)
    need(p.returncode == 0, 'ls segments', p.stderr)
    return {json.dumps(row, sort_keys=True) for row in json.loads(p.stdout)['rows'] if row.get('role') == 'merged'}


def milliseconds(text):
    number, unit = re.fullmatch(r'([\d.]+)(us|ms|s)', text).groups()
    return float(number) * {'us': 0.001, 'ms': 1, 's': 1000}[unit]


def wrk(url, connections, seconds):
    p = subprocess.run(['wrk', '-t', '2', '-c', str(connections), '-d', '%ds' % seconds, '--timeout', '10s', '--latency', url], capture_output=True, text=True)
    text = p.stdout
    need(p.returncode == 0 and 'Non-2xx' not in text and 'Socket errors' not in text, 'wrk at', url, text, p.stderr)
    found = {'rate': float(re.search(r'Requests/sec:\s+([\d.]+)', text).group(1)),
             'mean': milliseconds(re.search(r'Latency\s+(\S+)', text).group(1))}
    for part in ('50%', '99%'):
        found[part] = milliseconds(re.search(r'^\s+' + re.escape(part) + r'\s+(\S+)', text, re.M).group(1))
    return found


def trial(args, site, folder):
    site.start()
    site.collected(len(site.rows))
    points = site.addresses()
    history, cached = points[0], points[1]
    # A thousand samples of a month ago, one each minute, where the collector stores none.
    start = (int(time.time() * 1000) // MINUTE - 60 * 24 * 30) * MINUTE
    times = [start + i * MINUTE for i in range(1000)]
    values = [round(15 + 10 * ((i * 7919) % 1000) / 1000, 1) for i in range(1000)]
    status, text, _ = site.call('POST', '/api/v1/samples', [{'point': history, 'time': t, 'value': v} for t, v in zip(times, values)])
    need(status == 200 and json.loads(text)['stored'] == 1000, 'storing the history', status, text)
    history_path = '/api/v1/points/%s/samples?from=%d&to=%d&limit=1000' % (history, times[0], times[-1] + 1)
    cached_path = '/api/device/%s/point/%s/%s' % tuple(cached.split(':'))

    def check_history():
        status, text, _ = site.call('GET', history_path)
        rows = json.loads(text)['samples']
        need(status == 200 and [(r['time'], r['value']) for r in rows] == list(zip(times, values)), 'the history differs', status, len(rows))

    check_history()
    status, text, _ = site.call('GET', cached_path)
    current = json.loads(text)
    need(status == 200 and current['source'] == 'cache' and current['data']['is_fresh'], 'not from the cache:', current)
    base = 'http://127.0.0.1:%d' % site.port
    questions = [('cached', 'almanacd', base + cached_path, 100), ('history', 'almanacd', base + history_path, 8)]
    victoria = None
    try:
        if args.victoria:
            victoria = Victoria(args.victoria, folder)
            at, value = current['data']['timestamp'] * 1000, current['data']['value']
            victoria.take('history', times, values)
            victoria.take('cached', [at], [value])
            one = '/api/v1/query?' + urllib.parse.urlencode({'query': 'cached', 'time': at // 1000})
            many = '/api/v1/query?' + urllib.parse.urlencode({'query': 'history[1000m]', 'time': times[-1] // 1000})
            # It shows new samples after a moment.
            for _ in range(100):
                found = json.loads(victoria.get(one))['data']['result']
                if found:
                    break
                time.sleep(0.2)
            need(len(found) == 1 and float(found[0]['value'][1]) == value, 'VictoriaMetrics, the point:', found, value)
            found = json.loads(victoria.get(many))['data']['result']
            need(len(found) == 1 and [(round(t * 1000), float(v)) for t, v in found[0]['values']] == list(zip(times, values)),
                 'VictoriaMetrics, the history differs')
            questions += [('cached', 'VictoriaMetrics', victoria.url + one, 100), ('history', 'VictoriaMetrics', victoria.url + many, 8)]
        else:
            print('VictoriaMetrics: SKIPPED, no victoria-metrics')
        writer = Writer(site, points[2:])
        writer.start()
        deadline = time.time() + 60
        while writer.stored < 200_000 and time.time() < deadline and not writer.problem:
            time.sleep(0.2)
        results, merges = [], 0
        for name, who, url, connections in questions:
            before, stored, readings, began = merged(site), writer.stored, site.metric('almanac_collection_readings_total'), time.time()
            result = wrk(url, connections, args.seconds)
            after = merged(site)
            elapsed = time.time() - began
            result.update(name=name, who=who, connections=connections, stored=(writer.stored - stored) / elapsed,
                          readings=(site.metric('almanac_collection_readings_total') - readings) / elapsed, merges=len(after - before))
            merges += len(after - before)
            results.append(result)
            need(not writer.problem, 'the writer', writer.problem)
        check_history()
        writer.stop.set()
        writer.join(30)
    finally:
        if victoria:
            victoria.end()
    print('| Question | Connections | Service | replies/s | mean, ms | p50, ms | p99, ms | posted samples/s | read points/s | merged |')
    print('|---|---|---|---|---|---|---|---|---|---|')
    for r in results:
        print('| %s | %d | %s | %s | %.2f | %.2f | %.2f | %s | %.0f | %s |' % (
            r['name'], r['connections'], r['who'], format(round(r['rate']), ','), r['mean'], r['50%'], r['99%'],
            format(round(r['stored']), ','), r['readings'], 'yes' if r['merges'] else 'no'))
    print('commit %s; %d cores; load %.1f; %d s for each row' % (args.commit, os.cpu_count(), os.getloadavg()[0], args.seconds))
    ours = {r['name']: r for r in results if r['who'] == 'almanacd'}
    for what, kept in (('must: cached, 1,000/s with a mean below 50 ms', ours['cached']['rate'] >= 1000 and ours['cached']['mean'] < 50),
                       ('aim: cached, 40,000/s, p99 below 10 ms', ours['cached']['rate'] >= 40000 and ours['cached']['99%'] < 10),
                       ('must: history, p99 below 50 ms', ours['history']['99%'] < 50), ('aim: history, p99 below 10 ms', ours['history']['99%'] < 10)):
        print('%-50s %s' % (what, 'kept' if kept else 'NOT kept'))
        need(kept or what.startswith('aim'), 'missed -', what)
    need(merges, 'nothing was merged meanwhile: longer --seconds are needed')
    # The collector went on.
    need(all(r['readings'] > 0 for r in results), 'the collector stood still')
    site.stop()


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--almanac', required=True)
    a.add_argument('--almanacd', required=True)
    a.add_argument('--victoria', default=shutil.which('victoria-metrics'))
    a.add_argument('--seconds', type=int, default=15)
    a.add_argument('--commit', default='not named')
    args = a.parse_args()
    if not shutil.which('wrk'):
        print('SKIPPED load: no wrk')
        sys.exit(77)
    folder, site = tempfile.mkdtemp(prefix='almanacd-load-'), None
    try:
        # As many requests at once as wrk has connections, the writer, and those of this script.
        site = Site(args.almanac, args.almanacd, folder, api_max_concurrent_requests=200)
        trial(args, site, folder)
        print('ok load')
    except Fail as e:
        print('FAIL load -', e)
        sys.exit(1)
    finally:
        if site:
            site.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    main()
