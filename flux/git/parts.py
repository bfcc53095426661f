"""The parts of a clone. Each part uses those before it."""

from flux.git.attributes import AttributeReader
from flux.git.branches import Branches
from flux.git.commits import Commits
from flux.git.file_log import FileLog
from flux.git.first_parents import Lines
from flux.git.history import History
from flux.git.home import Home
from flux.git.objects import Objects
from flux.git.origin import Origin
from flux.git.partial import Partial
from flux.git.process import Process
from flux.git.refs import Refs
from flux.git.shallow import Shallow
from flux.git.tags import Tags
from flux.git.trees import Trees
from flux.git.writing import Writing


class Parts:
    """The parts of one clone. They share a process that reads objects, until they are closed."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.origin = Origin(process)
        self.shallow = Shallow(process, self.origin)
        self.partial = Partial(process, self.origin, self.shallow)
        self.objects = Objects(process, self.partial)
        self.commits = Commits(process, self.origin, self.shallow, self.objects)
        self.refs = Refs(process, self.commits)
        self.tags = Tags(process, self.origin, self.objects)
        self.home = Home(self.origin, self.commits, self.refs)
        self.trees = Trees(process, self.commits, self.objects, self.partial)
        self.lines = Lines(process, self.shallow, self.objects)
        self.history = History(process, self.shallow, self.trees, self.partial, self.lines)
        self.file_logs = FileLog(process, self.shallow, self.partial)
        self.branches = Branches(process, self.shallow, self.commits, self.history)
        self.attributes = AttributeReader(process, self.objects, self.trees)
        self.writing = Writing(process)

    def close(self) -> None:
        self.history.close()
        self.objects.close()
