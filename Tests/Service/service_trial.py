#!/usr/bin/env python3
"""Drives a built `almanacd` over real sockets: rights, limits, hostile and slow clients, streams, signals, TLS, kills.

    service_trial.py --almanacd BIN [--kills N] [--connections N]

Standard library only. Each trial prints a line; the last line is `ok ...` or `FAIL ...`, exit 0 or 1.
"""
import argparse, concurrent.futures, http.client, json, os, random, shutil, signal, socket, ssl, subprocess, sys, tempfile, threading, time

DEVICES = ('device_id,device_name,device_type,address,bacnet_instance,profile\n'
           '1201,AHU-1,T3-BB,127.0.0.1:47999,1201,t3\n')
POINTS = ('device_id,point_type,point_number,point_name,object,unit,data_type,interval_seconds,mode,history_mode,low,high,range_code\n'
          '1201,2,1,Supply air,analog-input:1,62,analog,900,poll,sampled,-40,80,1\n'
          '1201,2,2,Return air,analog-input:2,62,analog,900,poll,sampled,-40,80,1\n')


class Fail(Exception):
    pass


def need(condition, *what):
    if not condition:
        raise Fail(' '.join(str(part) for part in what))


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Service:
    """The program in a folder of its own."""

    def __init__(self, binary, folder, **settings):
        self.binary, self.folder, self.port, self.process = os.path.abspath(binary), folder, free_port(), None
        self.tls = None
        os.makedirs(folder, exist_ok=True)
        base = {'data_directory': folder + '/store', 'http_address': '127.0.0.1:%d' % self.port,
                'background_collection_enabled': 'false', 'devices_file': 'devices.csv', 'points_file': 'points.csv',
                'disk_reserve': '0'}
        base.update(settings)
        self.write('almanac.yaml', ''.join('%s: %s\n' % item for item in base.items()))
        self.write('devices.csv', DEVICES)
        self.write('points.csv', POINTS)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), 'w') as f:
            f.write(text)

    def log(self):
        with open(os.path.join(self.folder, 'log')) as f:
            return f.read()

    def start(self, **environment):
        env = dict(os.environ, **environment)
        with open(os.path.join(self.folder, 'log'), 'ab') as log:
            self.process = subprocess.Popen([self.binary, '--config', os.path.join(self.folder, 'almanac.yaml')],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env)
        for _ in range(300):
            need(self.process.poll() is None, 'almanacd ended with', self.process.returncode, self.log()[-800:])
            try:
                if self.call('GET', '/readyz')[0] == 200:
                    return self
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.1)
        raise Fail('not ready in 30 s: ' + self.log()[-800:])

    def stop(self, sig=signal.SIGTERM, within=40):
        if self.process and self.process.poll() is None:
            self.process.send_signal(sig)
            code = self.process.wait(within)
            need(sig != signal.SIGTERM or code == 0, 'SIGTERM: exit', code, self.log()[-800:])
            return code

    def connection(self, timeout=20):
        if self.tls:
            return http.client.HTTPSConnection('127.0.0.1', self.port, timeout=timeout, context=self.tls)
        return http.client.HTTPConnection('127.0.0.1', self.port, timeout=timeout)

    def call(self, method, path, body=None, headers=None, token=None):
        """(status, body, headers)"""
        c = self.connection()
        headers = dict(headers or {})
        if body is not None:
            headers.setdefault('Content-Type', 'application/json')
            if not isinstance(body, (str, bytes)):
                body = json.dumps(body)
        if token:
            headers['Authorization'] = 'Bearer ' + token
        c.request(method, path, body, headers)
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, data, {k.lower(): v for k, v in r.getheaders()}

    def memory(self):
        """Private memory in MB."""
        with open('/proc/%d/smaps_rollup' % self.process.pid) as f:
            return sum(int(line.split()[1]) for line in f if line.startswith(('Private_Clean', 'Private_Dirty'))) / 1000

    def files(self):
        return len(os.listdir('/proc/%d/fd' % self.process.pid))


def sample(number, second, value):
    return {'device_id': 1201, 'point_type': 2, 'point_number': number, 'value': value, 'timestamp': second}


def raw(port, data, wait=5, parts=1, pause=0.0):
    """What the service replies to these bytes, up to its end or the wait."""
    with socket.create_connection(('127.0.0.1', port), timeout=wait) as s:
        try:
            step = max(1, len(data) // parts)
            for start in range(0, len(data), step):
                s.sendall(data[start:start + step])
                time.sleep(pause)
            s.settimeout(wait)
            received = b''
            while True:
                part = s.recv(65536)
                if not part:
                    break
                received += part
                if len(received) > 1 << 20:
                    break
        except (OSError, TimeoutError):
            pass
        return received


def rights(binary, folder):
    """Tokens: none, wrong, read, write, admin; nothing of them is in the log."""
    service = Service(binary, folder, http_tokens_file='tokens')
    lines, tokens = [], {}
    for access in ('read', 'write', 'admin'):
        p = subprocess.run([binary, 'token', access, access + '-user'], capture_output=True, text=True)
        need(p.returncode == 0, 'token', p.stderr)
        lines.append(p.stdout)
        tokens[access] = p.stderr.strip().rsplit(' ', 1)[1]
    service.write('tokens', '# of the trial\n' + ''.join(lines))
    service.start()
    try:
        table = [('GET', '/api/v1/points', None, 'read'), ('GET', '/api/device/1201/data', None, 'read'),
                 ('POST', '/api/timeseries/batch', [], 'write'), ('POST', '/api/v1/samples', [], 'write'),
                 ('POST', '/api/v1/admin/verify', None, 'admin'), ('POST', '/api/v1/admin/prune?days=1000', None, 'admin')]
        rank = {None: 0, 'read': 1, 'write': 2, 'admin': 3}
        count = 0
        for method, path, body, required in table:
            for access in (None, 'read', 'write', 'admin'):
                status, text, headers = service.call(method, path, body, token=tokens.get(access))
                expected = 200 if rank[access] >= rank[required] else 403 if access else 401
                need(status == expected, method, path, access, status, 'instead of', expected, text)
                count += 1
            status, text, headers = service.call(method, path, body, token='0' * 64)
            need(status == 401, method, path, 'wrong token', status)
        for path in ('/healthz', '/readyz', '/openapi.yaml', '/metrics'):
            need(service.call('GET', path)[0] == 200, path, 'without a token')
        need('server' not in service.call('GET', '/healthz')[2], 'a banner')
        log = service.log()
        need('read-user' in log, 'the log names callers')
        need(not any(token in log for token in tokens.values()), 'a token is in the log')
        service.stop()
    finally:
        service.stop(signal.SIGKILL)
    # Without tokens only this machine is served.
    for address, allow, code in (('0.0.0.0:%d' % service.port, 'false', 78), ('"[::]:%d"' % service.port, 'false', 78)):
        open_service = Service(binary, folder + '-open', http_address=address, http_allow_no_token=allow)
        p = subprocess.run([binary, 'check', '--config', open_service.folder + '/almanac.yaml'], capture_output=True, text=True)
        need(p.returncode == code and 'http_address' in p.stderr, 'check of', address, p.returncode, p.stderr)
    local = Service(binary, folder + '-local').start()
    try:
        status = local.call('GET', '/api/v1/points', headers={'Host': 'attacker.example'})[0]
        need(status == 403, 'a foreign Host', status)
        status = local.call('POST', '/api/v1/samples', '[]', {'Content-Type': 'text/plain'})[0]
        need(status == 415, 'a form of another page', status)
        local.stop()
    finally:
        local.stop(signal.SIGKILL)
    return '%d requests with and without tokens' % count


def settings(binary, folder):
    """Wrong settings end with 78, naming key, value, source and what is allowed."""
    service = Service(binary, folder)
    config = service.folder + '/almanac.yaml'
    for arguments, environment, words in (
            (['--http-adress', 'x'], {}, ('http-adress', 'http-address')),
            (['--cache-capacity', '0'], {}, ('cache_capacity', '"0"', 'command line --cache-capacity', '1 to')),
            ([], {'ALMANAC_LOG_LEVEL': 'loud'}, ('log_level', '"loud"', 'ALMANAC_LOG_LEVEL', 'info')),
            ([], {'ALMANAC_COLOUR': 'red'}, ('ALMANAC_COLOUR',))):
        p = subprocess.run([binary, 'check', '--config', config] + arguments, capture_output=True, text=True,
                           env=dict(os.environ, **environment))
        need(p.returncode == 78, arguments, environment, 'exit', p.returncode, p.stderr)
        need(all(word in p.stderr for word in words), arguments, environment, p.stderr)
    p = subprocess.run([binary, 'check', '--config', config], capture_output=True, text=True)
    need(p.returncode == 0 and 'almanac.yaml, line' in p.stdout and '1 devices and 2 points' in p.stdout, p.stdout, p.stderr)
    p = subprocess.run([binary, '--config', folder + '/nothing.yaml'], capture_output=True, text=True)
    need(p.returncode == 66, 'a missing file', p.returncode, p.stderr)
    service.write('points.csv', POINTS + '1201,2,x,Bad,analog-input:3,62,analog,900,poll,sampled,,,1\n')
    p = subprocess.run([binary, 'check', '--config', config], capture_output=True, text=True)
    need(p.returncode == 65 and 'points.csv' in p.stderr and '4' in p.stderr, 'a wrong table', p.returncode, p.stderr)
    return 'settings and tables'


def hostile(binary, folder, connections):
    """Slow, endless and malformed requests: the others are answered in time, and memory is bounded."""
    service = Service(binary, folder, api_request_timeout_seconds=3, body_bytes_max=1 << 20, api_max_concurrent_requests=20).start()
    try:
        port = service.port
        before = service.memory()
        host = b'Host: 127.0.0.1\r\n'
        get = b'GET /healthz HTTP/1.1\r\n' + host + b'\r\n'
        # Malformed, and two readings of where a request ends: refused, or one reply at most.
        smuggled = b'POST /api/v1/samples HTTP/1.1\r\n' + host
        for data in (b'GET / HTTP/9.9\r\n\r\n', b'\xff\xfe' * 500 + b'\r\n\r\n', b'GET\r\n\r\n', b'GET /healthz HTTP/1.1\nHost: a\n\n' * 3,
                     smuggled + b'Content-Length: 2\r\nContent-Length: 40\r\n\r\n[]' + get,
                     smuggled + b'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' + get,
                     smuggled + b'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n' + get,
                     smuggled + b'Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n',
                     smuggled + b'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n' + get,
                     smuggled + b'Content-Length: -1\r\n\r\n' + get, smuggled + b'Content-Length : 2\r\n\r\n[]' + get,
                     b'GET /healthz HTTP/1.1\r\nX: ' + b'a' * 40000 + b'\r\n\r\n',
                     b'GET /healthz HTTP/1.1\r\n' + b'X: 1\r\n' * 3000 + b'\r\n',
                     b'GET /' + b'a' * 100000 + b' HTTP/1.1\r\n\r\n'):
            reply = raw(port, data, wait=1.5)
            need(b'HTTP/1.1 5' not in reply, data[:80], reply[:200])
            accepted = reply.count(b'HTTP/1.1 200')
            need(accepted == 0 or b'Content-Length: 2' not in data or accepted <= 2, data[:120], reply[:300])
        need(service.call('GET', '/healthz')[0] == 200, 'alive after malformed requests')
        # A body that never ends, chunked; a declared one that never comes; headers a byte at a time.
        def endless():
            with socket.create_connection(('127.0.0.1', port), timeout=20) as s:
                s.sendall(smuggled + b'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n')
                sent = 0
                try:
                    while sent < 1 << 28:
                        s.sendall(b'10000\r\n' + b'[' * 65536 + b'\r\n')
                        sent += 65536
                except OSError:
                    pass
                return sent
        def silent_body():
            return raw(port, smuggled + b'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n[', wait=10)
        def slow_head():
            return raw(port, b'GET /healthz HTTP/1.1\r\nX: ' + b'a' * 8, wait=2, parts=8, pause=0.5)
        def deaf():
            s = socket.create_connection(('127.0.0.1', port))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.sendall(b'GET /api/v1/export?from=2020-01-01 HTTP/1.1\r\n' + host + b'\r\n')
            return s
        now = int(time.time())
        for start in range(0, 50000, 1000):
            rows = [sample(1, now - 100000 + start + i, i) for i in range(1000)]
            need(service.call('POST', '/api/timeseries/batch', rows)[0] == 200, 'filling')
        readers = [deaf() for _ in range(8)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            slow = [pool.submit(f) for f in (endless, silent_body, slow_head, slow_head, silent_body, endless)]
            times = []
            deadline = time.time() + 5
            while time.time() < deadline:
                begin = time.time()
                need(service.call('GET', '/api/v1/points')[0] == 200, 'a request among hostile ones')
                times.append(time.time() - begin)
            results = [f.result() for f in slow]
        need(max(times) < 2, 'a request among hostile ones took', max(times))
        need(b' 408 ' in results[1].split(b'\r\n')[0], 'a body that never comes:', results[1][:100])
        need(results[0] < 1 << 27, 'an endless body was read up to', results[0])
        for reader in readers:
            reader.close()
        # Many idle connections.
        idle = []
        try:
            for _ in range(connections):
                idle.append(socket.create_connection(('127.0.0.1', port), timeout=10))
        except OSError as e:
            need(len(idle) > 900, 'only', len(idle), 'idle connections:', e)
        begin = time.time()
        need(service.call('GET', '/api/v1/points')[0] == 200 and time.time() - begin < 2, 'beside idle connections')
        held = service.memory()
        for s in idle:
            s.close()
        need(held - before < 60 + len(idle) * 0.05, 'private memory grew from', before, 'to', held, 'MB')
        # More requests at once than are allowed: some are refused with 503 and a time, none fails otherwise.
        def heavy(_):
            try:
                status, _, headers = service.call('GET', '/api/v1/points/1201:2:1/samples?from=2020-01-01&limit=50000')
                return status, 'retry-after' in headers
            except (OSError, http.client.HTTPException) as e:
                return str(e), True
        with concurrent.futures.ThreadPoolExecutor(60) as pool:
            found = list(pool.map(heavy, range(240)))
        need(set(found) <= {(200, False), (503, True)} and (200, False) in found, 'under load', set(found))
        service.stop()
        return '%d idle connections, %d of 240 refused as busy, %.0f MB' % (len(idle), found.count((503, True)), held)
    finally:
        service.stop(signal.SIGKILL)


def streams(binary, folder):
    """Live events arrive, resume without a loss, and end with the service; exports equal what was stored."""
    service = Service(binary, folder).start()
    try:
        events, ids = [], []

        def follow(last, enough):
            c = service.connection()
            c.request('GET', '/api/v1/live', headers={'Last-Event-ID': last} if last else {})
            r = c.getresponse()
            need(r.status == 200 and r.getheader('Content-Type') == 'text/event-stream', 'live', r.status)
            ready.set()
            while len(events) < enough:
                line = r.readline()
                if not line:
                    return
                if line.startswith(b'id: '):
                    ids.append(line[4:].strip().decode())
                if line.startswith(b'data: ['):
                    events.extend(json.loads(line[6:]))
            c.sock and c.sock.close()

        now = int(time.time()) - 1000
        for round in range(2):
            ready = threading.Event()
            thread = threading.Thread(target=follow, args=(ids[-1] if ids else None, 20 * (round + 1)), daemon=True)
            # The second follower comes after its first samples were committed.
            if round == 0:
                thread.start()
                need(ready.wait(10), 'live does not begin')
                time.sleep(0.3)
            for i in range(20):
                status = service.call('POST', '/api/timeseries/batch', [sample(1, now + round * 20 + i, i)])[0]
                need(status == 200, 'store', status)
            if round == 1:
                thread.start()
            thread.join(20)
            need(not thread.is_alive(), 'live sent', len(events), 'of', 20 * (round + 1))
        need([e['time'] for e in events] == [(now + i) * 1000 for i in range(40)], 'events', events)
        status, text, _ = service.call('GET', '/api/v1/export?from=2020-01-01&format=csv')
        rows = text.decode().splitlines()
        need(status == 200 and rows[0] == 'point,unix_ms,value,quality' and len(rows) == 41, 'export', status, len(rows))
        # A stream that is open does not keep the service from ending.
        ready = threading.Event()
        thread = threading.Thread(target=follow, args=(None, 10 ** 9), daemon=True)
        thread.start()
        need(ready.wait(10), 'live does not begin')
        begin = time.time()
        service.stop()
        return 'events resumed, an open stream ended in %.1f s' % (time.time() - begin)
    finally:
        service.stop(signal.SIGKILL)


def lifecycle(binary, folder):
    """Notifications, SIGHUP, TLS."""
    path = folder + '/notify'
    service = Service(binary, folder)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(path)
    notify.settimeout(20)
    service.start(NOTIFY_SOCKET=path, WATCHDOG_USEC='400000', JOURNAL_STREAM='1:1')
    try:
        words = set()
        while not {b'READY=1', b'WATCHDOG=1'} <= words:
            words.add(notify.recv(100))
        need(service.log().startswith('<'), 'journal priorities', service.log()[:100])
        need(len(json.loads(service.call('GET', '/api/v1/points')[1])['points']) == 2, 'points')
        service.write('points.csv', POINTS + '1201,2,3,Outdoor air,analog-input:3,62,analog,900,poll,sampled,,,1\n')
        service.process.send_signal(signal.SIGHUP)
        for _ in range(100):
            if len(json.loads(service.call('GET', '/api/v1/points')[1])['points']) == 3:
                break
            time.sleep(0.1)
        else:
            raise Fail('SIGHUP: the new point is not there: ' + service.log()[-500:])
        service.write('points.csv', 'nonsense\n')
        service.process.send_signal(signal.SIGHUP)
        for _ in range(100):
            if 'stay as they were' in service.log():
                break
            time.sleep(0.1)
        need('stay as they were' in service.log() and service.call('GET', '/readyz')[0] == 200, 'a wrong table at SIGHUP')
        service.write('points.csv', POINTS)
        service.stop()
        while b'STOPPING=1' not in words:
            words.add(notify.recv(100))
    finally:
        service.stop(signal.SIGKILL)
        notify.close()
    secure = 'without TLS: no openssl'
    if shutil.which('openssl'):
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost',
                        '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', folder + '/key.pem', '-out', folder + '/cert.pem'],
                       check=True, capture_output=True)
        service = Service(binary, folder, http_certificate_file='cert.pem', http_key_file='key.pem')
        service.tls = ssl.create_default_context(cafile=folder + '/cert.pem')
        service.start()
        try:
            need(service.call('GET', '/api/v1/points')[0] == 200, 'over TLS')
            need(raw(service.port, b'GET /healthz HTTP/1.1\r\n\r\n', wait=3).find(b'200') < 0, 'plain HTTP to a TLS port')
            service.stop()
            secure = 'TLS'
        finally:
            service.stop(signal.SIGKILL)
    return 'notified, reloaded, ' + secure


def kills(binary, folder, count):
    """kill -9 under load: what was acknowledged as stored is there once."""
    service = Service(binary, folder)
    known = {}
    base = int(time.time()) - 80000
    lock = threading.Lock()
    step = [0]
    for turn in range(count):
        service.start()
        stop = threading.Event()

        def client(number):
            c = service.connection(5)
            while not stop.is_set():
                with lock:
                    step[0] += 1
                    second = base + step[0]
                rows = [sample(number, second, turn + number / 10)]
                try:
                    c.request('POST', '/api/timeseries/batch', json.dumps(rows), {'Content-Type': 'application/json'})
                    r = c.getresponse()
                    if r.status == 200 and json.loads(r.read())['source'] == 'stored':
                        known[(number, second)] = rows[0]['value']
                except (OSError, http.client.HTTPException, ValueError):
                    return

        threads = [threading.Thread(target=client, args=(n,)) for n in (1, 2, 1, 2)]
        for t in threads:
            t.start()
        time.sleep(random.uniform(0.05, 0.4))
        service.stop(signal.SIGKILL)
        stop.set()
        for t in threads:
            t.join()
    service.start()
    for number in (1, 2):
        status, text, _ = service.call('GET', '/api/v1/points/1201:2:%d/samples?from=%d&limit=50000' % (number, (base - 10) * 1000))
        found = {}
        for row in json.loads(text)['samples']:
            need(row['time'] not in found, 'twice', row)
            found[row['time']] = row['value']
        for (n, second), value in known.items():
            if n == number:
                need(found.get(second * 1000) == value, 'acknowledged and not there:', n, second, value, found.get(second * 1000))
    service.stop()
    need(known, 'nothing was acknowledged')
    return '%d kills, %d acknowledged samples, all there once' % (count, len(known))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--almanacd', required=True)
    a.add_argument('--kills', type=int, default=10)
    a.add_argument('--connections', type=int, default=2000)
    args = a.parse_args()
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = tempfile.mkdtemp(prefix='almanacd-')
    trials = [('rights', rights, ()), ('settings', settings, ()), ('hostile', hostile, (args.connections,)),
              ('streams', streams, ()), ('lifecycle', lifecycle, ()), ('kills', kills, (args.kills,))]
    try:
        for name, trial, more in trials:
            begin = time.time()
            print('%-10s %s (%.0f s)' % (name, trial(args.almanacd, folder + '/' + name, *more), time.time() - begin), flush=True)
        print('ok service - %d trials' % len(trials))
    except Fail as e:
        print('FAIL service -', name, '-', e)
        sys.exit(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == '__main__':
    main()
