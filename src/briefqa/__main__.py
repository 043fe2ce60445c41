"""`python -m briefqa` is the command line."""

import sys

from briefqa.cli.commands import main

sys.exit(main())
