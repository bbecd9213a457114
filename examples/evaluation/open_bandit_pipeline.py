"""The estimators of the Open Bandit Pipeline (obp), without PyTorch.

obp's package imports torch for its neural policies. Its estimators need it for the name of a type alone, so where torch
is not installed an empty module of that name is put in its place, and only `obp.ope.estimators` is loaded.
"""

import importlib
import importlib.util
import sys
import types


def load_estimators():
    """The module obp.ope.estimators, as obp's wheel has it."""
    if "torch" not in sys.modules and importlib.util.find_spec("torch") is None:
        torch = types.ModuleType("torch")
        torch.Tensor = type("Tensor", (), {})
        torch.tensor = torch.Tensor
        sys.modules["torch"] = torch
        package = types.ModuleType("obp")
        package.__path__ = list(importlib.util.find_spec("obp").submodule_search_locations)
        sys.modules["obp"] = package
    return importlib.import_module("obp.ope.estimators")


def obp_values(terms, n_actions, switch=10.0):
    """Estimates by name, of a table that `sextant evaluate --terms` wrote; decisions without a reward are left out.

    terms: a pandas data frame.
    """
    import numpy as np

    estimators = load_estimators()
    known = terms[terms["reward"].notna()]
    action_dist = np.stack(known["action_dist"].map(np.asarray)).reshape(len(known), n_actions, 1)
    log = {
        "reward": known["reward"].to_numpy(float),
        "action": known["action"].to_numpy(int),
        "pscore": known["pscore"].to_numpy(float),
        "position": known["position"].to_numpy(int),
        "action_dist": action_dist,
        "estimated_rewards_by_reg_model": np.stack(
            known["estimated_rewards"].map(np.asarray)
        ).reshape(len(known), n_actions, 1),
    }
    named = {
        "ips": estimators.InverseProbabilityWeighting(),
        "snips": estimators.SelfNormalizedInverseProbabilityWeighting(),
        "dr": estimators.DoublyRobust(),
        "switch-dr": estimators.SwitchDoublyRobust(lambda_=switch),
    }
    return {name: float(each.estimate_policy_value(**log)) for name, each in named.items()}
