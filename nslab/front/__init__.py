"""The words a learner types: Lab, Space, their operations and magics."""
