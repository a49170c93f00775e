# Everything is a module of build/ or a standard tool; `make play` and `make test` need nothing prepared.
# ARGS goes to the program behind the target: make drive ARGS="--seconds 60 --out out/drive.json"
PYTHON ?= python3
VENV_PYTHON := .venv/bin/python
ARGS ?=

.PHONY: play site test check api drive bench pictures boot-faults visit lighthouse soak crashes endurance growth promises gpu-sums gpu-profile gpu-kernels interop train claims yardsticks package reproducible mutants pins clean venv-site venv-test

play: venv-site  ## build the site and serve it on http://localhost:8000
	@$(VENV_PYTHON) -m build.site
	@$(VENV_PYTHON) -m build.serve $(ARGS)

site: venv-site  ## build only, into site/
	@$(VENV_PYTHON) -m build.site $(ARGS)

test: venv-test  ## install the test tools, build, run every test
	@$(VENV_PYTHON) -m build.site --tests
	@$(VENV_PYTHON) -m build.suite $(ARGS)

check: venv-test  ## ruff, its formatter, strict mypy, Biome over JavaScript and CSS, the rules of the house
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .
	@$(VENV_PYTHON) -m mypy
	@$(VENV_PYTHON) -m build.lint
	@$(VENV_PYTHON) -m pytest -q tests/unit/test_architecture.py

api: venv-test  ## write down what is public: tests/golden/public_api.txt and docs/api.md
	@PYTHONPATH=py $(VENV_PYTHON) -m build.api

drive: venv-test  ## open the built site in headless Chromium, press Train, measure
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.drive $(ARGS)

bench: venv-test  ## kernels next to NumPy, in headless Chromium and natively; writes out/bench.json
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.kernels.bench $(ARGS)

pictures: venv-test  ## train in headless Chromium and take the README's pictures, into docs/; draw web/icons/
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.pictures $(ARGS)

boot-faults: venv-test  ## break every file that a first visit asks for, in six ways: the page names it, and what to do
	@$(VENV_PYTHON) -m build.site
	@BOOT_FAULTS_AT_LENGTH=1 PYTHONPATH=py $(VENV_PYTHON) -m pytest -q tests/browser/workers/test_boot_faults.py $(ARGS)

visit: venv-test  ## ten minutes of a visitor who edits, slips, reloads, comes back, pictures in out/visit/; then the longest looks of the page's tests
	@$(VENV_PYTHON) -m build.site --tests
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.visit $(ARGS)
	@LOOKS_AT_LENGTH=1 PYTHONPATH=py $(VENV_PYTHON) -m pytest -q $(addprefix tests/browser/page/test_,looks.py solo.py workshop.py)

lighthouse: venv-test  ## Lighthouse's mobile preset on the built site: scores, metrics, and what it finds
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.lighthouse.report $(ARGS)

soak: venv-test  ## crash the graphics process while a page trains on it, twenty times
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.soak $(ARGS)

crashes: venv-test  ## crash the tab while it trains and saves, two hundred times: no saved run may be lost
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.crashes $(ARGS)

endurance: venv-test  ## train for half an hour in headless Chromium; a row a minute, and what became of each promise
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.endurance $(ARGS)

growth: venv-test  ## train in headless Chromium; the policy after 60 s of it plays the one after 15 s
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.growth $(ARGS)

promises: venv-test  ## what is promised: measure it, half an hour; writes docs/promises.md; ARGS="--only hidden,kills" for some of it
	@$(VENV_PYTHON) -m build.site --tests
	@PYTHONPATH=py $(VENV_PYTHON) -m build.promises $(ARGS)

gpu-sums: venv-test  ## where the browser has a GPU: sums with subgroups next to plain ones, timed and validated
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.kernels.gpu_sums $(ARGS)

gpu-profile: venv-test  ## where the browser has a GPU: how long each dispatch of an update takes there
	@$(VENV_PYTHON) -m build.site
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.kernels.gpu_profile $(ARGS)

gpu-kernels: venv-test  ## the tests of the graphics processor at length: every kernel of every drill as WGSL next to NumPy, from more than 100,000 states each, every shape of network and run; a table of errors
	@$(VENV_PYTHON) -m build.site
	@GPU_KERNELS_AT_LENGTH=1 PYTHONPATH=py $(VENV_PYTHON) -m pytest -q -s tests/browser/gpu $(ARGS)

interop: venv-test  ## the package as published, other people's trackers and learners (Stable-Baselines3, RLlib, Tianshou, TorchRL, PettingZoo), games (slimevolleygym), servers (nginx, Caddy) and pages (Sphinx, MkDocs, Quarto, npm) with our drills and site
	@$(VENV_PYTHON) -m build.site
	@$(VENV_PYTHON) -m build.suite sb3 interop $(ARGS)

claims: venv-test  ## what the tutorial says its reader will see, measured at length for six seeds; then all of tests/unit with every case
	@CLAIMS_AT_LENGTH=1 PYTHONPATH=py $(VENV_PYTHON) -m pytest -q -s tests/unit/learn/test_tutorial_claims.py tests/unit/learn/test_tutorial_pole.py tests/unit/learn/test_tutorial.py $(ARGS)
	@CLAIMS_AT_LENGTH=1 PYTHONPATH=py $(VENV_PYTHON) -m pytest -q --ignore-glob='*/test_tutorial*' tests/unit $(ARGS)

yardsticks: venv-test  ## CartPole, Acrobot, Pendulum: until each is solved, next to Stable-Baselines3's PPO
	@PYTHONPATH=py $(VENV_PYTHON) -m build.measure.yardsticks $(ARGS)

train: venv-test  ## train natively, without a browser
	@PYTHONPATH=py $(VENV_PYTHON) -m drillsergeant.learn.train $(ARGS)

package: venv-site  ## an npm package of the site and its element, into out/package/
	@$(VENV_PYTHON) -m build.site
	@$(VENV_PYTHON) -m build.npm_package $(ARGS)

reproducible: venv-site  ## build twice, in two folders and at two dates: wheel and site are the same to the last byte
	@$(VENV_PYTHON) -m build.site
	@$(VENV_PYTHON) -m build.upkeep.reproducible $(ARGS)

mutants: venv-test  ## change learner, memory, archive and compiler in one place at a time: the tests notice at least 95 %
	@PYTHONPATH=py $(VENV_PYTHON) -m build.upkeep.mutants $(ARGS)

pins: venv-test  ## each pin's age, and the newest version there is
	@$(VENV_PYTHON) -m build.upkeep.pins_age $(ARGS)

venv-site venv-test:
	@$(PYTHON) -m build.venv $(@:venv-%=%)

clean:  ## remove everything the other targets made
	rm -rf site out .cache .venv
