"""An import contract of our own: a room's store and tables belong to the room."""

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomPrivate(Contract):  # type: ignore[misc]
    """No module imports another room's `store` or `tables`."""

    container = fields.StringField()
    private = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        breaches = [
            (importer, module)
            for module in sorted(graph.modules)
            if self._is_private(module)
            for importer in sorted(graph.find_modules_that_directly_import(module))
            if self._room(importer) != self._room(module) and not importer.startswith(f"{self.container}.db.migrations")
        ]
        return ContractCheck(kept=not breaches, metadata={"breaches": breaches})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, module in check.metadata["breaches"]:
            output.print_error(f"{importer} imports {module}: import the room, not its {module.rsplit('.', 1)[1]}.")

    def _room(self, module: str) -> str:
        return module.removeprefix(f"{self.container}.").split(".")[0]

    def _is_private(self, module: str) -> bool:
        parts = module.split(".")
        return len(parts) == 3 and parts[0] == self.container and parts[2] in self.private
