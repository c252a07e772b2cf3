"""A simulated building on loopback, and `almanacd` that collects from it: what the trials under load share."""
import csv, os, random, signal, subprocess, time
from service_trial import Fail, Service, need


class Site(Service):
    """Devices of `almanac simulate`, and the service that reads each of their points every `interval` seconds."""

    def __init__(self, almanac, almanacd, folder, points=200, interval=1, **settings):
        self.almanac, self.devices = os.path.abspath(almanac), None
        os.makedirs(folder, exist_ok=True)
        self.bacnet_port = random.randint(20000, 29999)
        with open(folder + '/devices.log', 'wb') as log:
            self.devices = subprocess.Popen([self.almanac, 'simulate', '--points', str(points), '--port', str(self.bacnet_port)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            tables = folder + '/tables'
            for attempt in range(5):
                time.sleep(1)
                p = subprocess.run([self.almanac, 'discover', '--address', '127.0.0.1:%d' % self.bacnet_port, '--wait', '2s',
                                    '--write', tables], capture_output=True, text=True)
                if p.returncode == 0:
                    break
            need(p.returncode == 0, 'discover ends with', p.returncode, p.stderr)
            settings = dict({'background_collection_enabled': 'true', 'bacnet_interface': 'lo', 'bacnet_port': self.bacnet_port,
                             'log_level': 'notice'}, **settings)
            super().__init__(almanacd, folder, **settings)
            with open(tables + '/devices.csv') as f:
                self.write('devices.csv', f.read())
            with open(tables + '/points.csv') as f:
                self.rows = list(csv.DictReader(f))
            for row in self.rows:
                row['interval_seconds'] = str(interval)
            with open(folder + '/points.csv', 'w', newline='') as f:
                out = csv.DictWriter(f, list(self.rows[0]), lineterminator='\n')
                out.writeheader()
                out.writerows(self.rows)
        except BaseException:
            self.end()
            raise

    def addresses(self):
        return ['%s:%s:%s' % (r['device_id'], r['point_type'], r['point_number']) for r in self.rows]

    def metric(self, name):
        """The sum of a metric over its labels."""
        text = self.call('GET', '/metrics')[1].decode()
        found = [line for line in text.splitlines() if line.split('{')[0].split(' ')[0] == name]
        need(found, 'no metric', name)
        return sum(float(line.rsplit(' ', 1)[1]) for line in found)

    def collected(self, count, within=60):
        """Waits until so many points have been read."""
        deadline = time.time() + within
        while time.time() < deadline:
            if self.metric('almanac_collection_readings_total') >= count:
                return
            time.sleep(0.5)
        raise Fail('fewer than %d readings in %d s: %s' % (count, within, self.log()[-500:]))

    def end(self):
        """Ends both, whatever happened."""
        if getattr(self, 'process', None):
            self.stop(signal.SIGKILL)
        if self.devices and self.devices.poll() is None:
            self.devices.terminate()
            self.devices.wait(20)
