"""Settings of the peer of the spawner's bench: JupyterHub with its simple spawner, in the machine that tshub runs in."""

c = get_config()  # noqa: F821
folder = "/root/bench-peer"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.bind_url = "http://0.0.0.0:9000"
c.JupyterHub.hub_port = 9001
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:9002"
c.JupyterHub.db_url = f"sqlite:///{folder}/peer.sqlite"
c.JupyterHub.cookie_secret_file = f"{folder}/cookie_secret"
c.JupyterHub.log_level = "WARN"
c.JupyterHub.concurrent_spawn_limit = 0
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 120}
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {"boss"}
c.Spawner.cmd = ["/opt/bench/server"]
c.SimpleLocalProcessSpawner.home_dir_template = "/tmp/bench-{username}"
c.JupyterHub.load_roles = [{"name": "bench", "scopes": ["admin:users", "tokens", "admin:servers"], "services": ["bench"]}]
c.JupyterHub.services = [{"name": "bench", "api_token": "a-token-of-the-bench-that-is-long"}]
