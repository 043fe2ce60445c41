"""`python -m briefqa` is the command line."""

import sys

from briefqa.cli import main

sys.exit(main())
