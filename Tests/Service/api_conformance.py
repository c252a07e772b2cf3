#!/usr/bin/env python3
"""Holds a running `almanacd` against its own /openapi.yaml with schemathesis, and provokes 503 and 504.

    api_conformance.py --almanac BIN --almanacd BIN --python .build/conformance-python/bin/python [--seconds N] [--seed N]

- `generated`: schemathesis makes requests from the description, right and wrong ones, for N seconds (40; 600 in the long
  form). No reply may be a 500, have a status or a content type that the description does not name, or be accepted by a
  method that it does not have. Each finding is printed with its curl command.
- `metrics`: `promtool check metrics` has nothing to say. Skipped, and said so, without promtool (--promtool FILE).
- `silent`: a device at an address that never replies: 504, within the time that the settings give, and described.
- `full`: the store on a full disk: 503 with Retry-After and nothing stored; with room again, stored. Skipped, and said
  so, where no file system can be mounted.

The last line is `ok ...` or `FAIL ...`; exit 0 or 1. A trial that fails does not stop the others.
"""
import argparse, http.client, json, os, random, re, shutil, signal, socket, subprocess, sys, tempfile, time
from service_trial import Fail, Service, need

# The findings of these checks are faults of the service. That wrong requests are refused and right ones accepted is
# not checked here: the description does not have the grammar of times, names and bodies.
CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,' \
         'response_schema_conformance,allow_header_conformance'


class Skip(Exception):
    pass


def reached(service):
    """The routes that replied with 200 at least once."""
    text = service.call('GET', '/metrics')[1].decode()
    return sorted(set(re.findall(r'^almanac_http_requests_total\{route="([^"]+)",code="200"\}', text, re.M)))


def generated(args, folder):
    subprocess.run([args.almanac, 'demo', folder + '/store', '--points', '20', '--quiet'], check=True, stdout=subprocess.DEVNULL)
    service = Service(args.almanacd, folder, backup_directory=folder + '/backup', log_level='warning', api_request_timeout_seconds=5,
                      devices_file='none.csv', points_file='none.csv').start()
    try:
        # Points and devices that exist, so that the requests reach more than "unknown": the names in the description
        # are free text, and generated ones never fit.
        config = os.path.join(folder, 'schemathesis.toml')
        with open(config, 'w') as f:
            f.write('[parameters]\n"path.point" = "1001:1:1"\n"path.device_id" = 1001\n"path.point_type" = 1\n"path.point_number" = 1\n')
        open(os.path.join(folder, 'nothing.toml'), 'w').close()
        def command(settings, description, seconds, *more):
            return [os.path.abspath(args.python), '-m', 'schemathesis.cli', '--config-file', settings, 'run', description, '--checks', CHECKS,
                    # An event stream has no end.
                    '--exclude-path', '/api/v1/live', '--continue-on-failure', '--max-time', str(seconds), '--seed', str(args.seed),
                    '--request-timeout', '20', '--no-color', '--warnings', 'off', '--suppress-health-check', 'all',
                    '--generation-database', 'none', *more]

        # A description that lacks what the service replies is found: without this a run that checks nothing would pass.
        base = 'http://127.0.0.1:%d' % service.port
        text = service.call('GET', '/openapi.yaml')[1].decode()
        part = '        "404":\n          description: "unknown device, point or log"\n          content: {"application/problem+json": {}}\n'
        need(part in text, 'the description has changed its form')
        service.write('wrong.yaml', text.replace(part, ''))
        p = subprocess.run(command(folder + '/nothing.toml', folder + '/wrong.yaml', 5, '--url', base, '--include-path-regex', '^/api/v1/points/'), capture_output=True, text=True, cwd=folder, timeout=120)
        need(p.returncode == 1 and 'Undocumented status code' in p.stdout, 'a wrong description is not found:', p.returncode, (p.stdout + p.stderr)[-800:])
        said, faults = [], []
        for what, settings, share in (('a point that exists', config, 0.6), ('any names', folder + '/nothing.toml', 0.4)):
            seconds = max(5, round(args.seconds * share))
            p = subprocess.run(command(settings, base + '/openapi.yaml', seconds), capture_output=True, text=True, cwd=folder, timeout=args.seconds * 3 + 120)
            text = p.stdout + p.stderr
            need(service.process.poll() is None, 'almanacd ended with', service.process.returncode, service.log()[-1000:])
            need(service.call('GET', '/readyz')[0] == 200, 'not ready after the requests')
            cases, tested = re.search(r'(\d[\d,]*) generated', text), re.search(r'Tested: (\d+)', text)
            if p.returncode:
                print('with %s:\n%s' % (what, text), flush=True)
                faults.append('%s: schemathesis ends with %d' % (what, p.returncode))
                continue
            need(cases and tested and int(tested.group(1)) > 20, 'the requests were not made:', text[-1500:])
            said.append('%s requests to %s operations with %s' % (cases.group(1), tested.group(1), what))
        found = reached(service)
        need(not faults, ', '.join(faults))
        need(len(found) >= 20, 'only', len(found), 'routes gave 200:', found)
        service.stop()
        return '; '.join(said) + '; %d routes gave 200' % len(found)
    finally:
        service.stop(signal.SIGKILL)


def metrics(args, folder):
    promtool = args.promtool or shutil.which('promtool')
    if not promtool:
        raise Skip('no promtool (Debian: prometheus)')
    service = Service(args.almanacd, folder).start()
    try:
        service.call('GET', '/api/v1/points')
        service.call('GET', '/api/v1/nothing')
        status, text, headers = service.call('GET', '/metrics')
        need(status == 200, 'status', status)
        p = subprocess.run([promtool, 'check', 'metrics'], input=text, capture_output=True)
        need(p.returncode == 0 and not p.stdout and not p.stderr, 'promtool', p.returncode, (p.stdout + p.stderr).decode())
        # What it calls a fault is one: the same text with a metric that ends in the wrong way.
        wrong = subprocess.run([promtool, 'check', 'metrics'], input=text + b'# TYPE wrong counter\nwrong 1\n', capture_output=True)
        need(wrong.returncode != 0, 'promtool does not object to a counter without _total')
        service.stop()
        return '%d lines, no remark' % len(text.splitlines())
    finally:
        service.stop(signal.SIGKILL)


def described(service, path, method, status):
    """Whether the description names this status for this operation."""
    text = service.call('GET', '/openapi.yaml')[1].decode()
    operations = '\n' + text.split('\n  "%s":\n' % path)[1].split('\n  "/')[0]
    operation = re.split(r'\n    \w+:\n', operations.split('\n    %s:\n' % method)[1])[0]
    return '\n        "%d":\n' % status in operation


def silent(args, folder):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.bind(('127.0.0.1', 0))
        service = Service(args.almanacd, folder, bacnet_interface='lo', bacnet_port=free_udp_port(), t3000_timeout_ms=500,
                          t3000_max_retries=1, background_collection_enabled='true')
        with open(folder + '/devices.csv') as f:
            table = f.read().replace('127.0.0.1:47999', '127.0.0.1:%d' % device.getsockname()[1])
        service.write('devices.csv', table)
        service.start()
        try:
            begin = time.time()
            status, text, headers = service.call('GET', '/api/device/1201/point/2/1')
            took = time.time() - begin
            need(status == 504, 'a silent device:', status, text, 'instead of 504')
            reply = json.loads(text)
            need(reply['success'] is False and reply['source'] == 'error' and reply['error'], 'the envelope', reply)
            need(headers['content-type'].startswith('application/json'), 'content type', headers)
            need(described(service, '/api/device/{device_id}/point/{point_type}/{point_number}', 'get', 504), '504 is not described')
            device.setblocking(False)
            need(device.recv(2000), 'the device was not asked')
            need(service.call('GET', '/api/v1/points')[0] == 200, 'others are answered')
            service.stop()
            return '504 after %.1f s: %s' % (took, reply['error'])
        finally:
            service.stop(signal.SIGKILL)


def free_udp_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def full(args, folder):
    disk = folder + '/disk'
    os.makedirs(disk)
    p = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=48m', 'tmpfs', disk], capture_output=True, text=True)
    if p.returncode:
        raise Skip('no file system can be mounted here: ' + p.stderr.strip())
    service = None
    try:
        service = Service(args.almanacd, folder, data_directory=disk + '/store').start()

        def store(second, rows=500):
            now = int(time.time()) * 1000 - 7_200_000
            return service.call('POST', '/api/v1/samples', [{'point': '1201:2:1', 'time': now + second * 1000 + i, 'value': random.random()} for i in range(rows)])

        need(store(0)[0] == 200, 'with room')
        with open(disk + '/filler', 'wb') as filler:
            try:
                while True:
                    filler.write(b'\0' * 65536)
                    filler.flush()
            except OSError:
                pass
        # The log has a file ready, so the first batches may still be stored.
        stored, refused = 500, None
        for second in range(1, 2000):
            status, text, headers = store(second)
            if status == 200:
                stored += 500
                continue
            refused = status, text, headers
            break
        need(refused, 'a full disk took', stored, 'samples')
        status, text, headers = refused
        need(status == 503 and 'retry-after' in headers, 'a full disk:', status, text, headers)
        need(headers['content-type'] == 'application/problem+json' and json.loads(text)['status'] == 503, 'the problem', text)
        need(described(service, '/api/v1/samples', 'post', 503), '503 is not described')
        # A write is tried at most once in ten seconds.
        deadline = time.time() + 30
        while (reply := service.call('GET', '/readyz'))[0] == 200 and time.time() < deadline:
            time.sleep(0.5)
        status, ready = reply[0], json.loads(reply[1])['detail'] if reply[0] == 503 else reply[1]
        need(status == 503 and ready, 'ready on a full disk for 30 s:', status, ready)
        path = '/api/v1/points/1201:2:1/samples?from=2020-01-01&to=2100-01-01&limit=50000'
        status, text, _ = service.call('GET', path)
        need(status == 200, 'reads on a full disk', status)
        found = count(service, path)
        need(found == stored, 'acknowledged', stored, 'found', found)
        os.remove(disk + '/filler')
        deadline = time.time() + 20
        while store(3000)[0] != 200:
            need(time.time() < deadline, 'with room again nothing is stored for 20 s')
            time.sleep(0.2)
        need(count(service, path) == stored + 500, 'with room again', count(service, path))
        service.stop()
        return '503 after %d samples, /readyz: "%s"; stored again with room' % (stored, ready)
    finally:
        if service:
            service.stop(signal.SIGKILL)
        subprocess.run(['umount', disk])


def count(service, path):
    total, cursor = 0, ''
    while True:
        page = json.loads(service.call('GET', path + cursor)[1])
        total += len(page['samples'])
        if not page.get('next_cursor'):
            return total
        cursor = '&cursor=' + page['next_cursor']


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--almanac', required=True)
    a.add_argument('--almanacd', required=True)
    a.add_argument('--python', help='a Python that has schemathesis; without it that trial is skipped')
    a.add_argument('--promtool')
    a.add_argument('--seconds', type=int, default=40)
    a.add_argument('--seed', type=int, default=1)
    a.add_argument('--only', default='')
    args = a.parse_args()
    folder = tempfile.mkdtemp(prefix='almanacd-api-')
    passed, failed, skipped = 0, [], []
    try:
        for name, trial in (('generated', generated), ('metrics', metrics), ('silent', silent), ('full', full)):
            if args.only and name not in args.only.split(','):
                continue
            begin = time.time()
            try:
                if name == 'generated' and not args.python:
                    raise Skip('no Python with schemathesis')
                os.makedirs(folder + '/' + name)
                print('%-10s %s (%.0f s)' % (name, trial(args, folder + '/' + name), time.time() - begin), flush=True)
                passed += 1
            except Skip as e:
                print('%-10s SKIPPED: %s' % (name, e), flush=True)
                skipped.append(name)
            except (Fail, OSError, http.client.HTTPException, ValueError, LookupError, subprocess.SubprocessError) as e:
                print('%-10s FAIL: %s' % (name, str(e) or repr(e)), flush=True)
                failed.append(name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print('%s conformance - %d passed, %d skipped%s' % ('FAIL' if failed or not passed else 'ok', passed, len(skipped),
                                                        ''.join(', failed: ' + name for name in failed)))
    sys.exit(1 if failed or not passed else 0)


if __name__ == '__main__':
    main()
